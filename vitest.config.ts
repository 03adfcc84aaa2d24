import { configDefaults, defineConfig } from 'vitest/config'

const FLEET = 'test/chaos/fleet/fleet.test.ts'

/**
 * `unit` runs beside the source and against small real parts; `e2e` starts whole processes, one file at a time. `fleet`
 * takes minutes and a machine of its own, so it runs when it is asked for: `npm run test:fleet`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{core,functions,connector,sandbox,local,dashboard}/**/*.test.ts',
            'test/{architecture,conformance,regressions}/**/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/{e2e,chaos}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, FLEET],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      { test: { name: 'fleet', include: [FLEET], testTimeout: 240_000, hookTimeout: 120_000 } },
    ],
  },
})
