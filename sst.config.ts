/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app({ stage }) {
    const production = /^production(-|$)/.test(stage)
    return {
      name: 'linekeeper',
      home: 'aws',
      removal: production ? 'retain' : 'remove',
      protect: production,
    }
  },
  async run() {
    const { stack } = await import('./stacks/stack.ts')
    return stack()
  },
})
