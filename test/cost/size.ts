/** How large a deployment is: the sizes of stacks/stage.ts, and how many connectors and shards a number of sessions takes. */
import { stageOf } from '../../stacks/stage.ts'

export type Size = {
  name: string
  vcpu: number
  gb: number
  /** That one connector is meant to hold; the scaler adds connectors beyond it. */
  sessions: number
  /** Connectors that run anyway. */
  least: number
  shards: number
}

export const PERSONAL = sizeOf('personal', 'somebody')
export const PRODUCTION = sizeOf('production', 'production')

function sizeOf(name: string, stage: string): Size {
  const { shards, connectors } = stageOf(stage, {})
  const { cpu, memory, sessions, min } = connectors
  return { name, vcpu: Number.parseFloat(cpu), gb: Number.parseFloat(memory), sessions, least: min, shards }
}

export const connectorsFor = (sessions: number, size: Size): number =>
  Math.max(size.least, Math.ceil(sessions / size.sessions))

/** As docs/scale.md recommends: four shards per connector, so that they can be shared out evenly. */
export const shardsFor = (sessions: number, size: Size): number => {
  const wanted = 4 * connectorsFor(sessions, size)
  return wanted <= size.shards ? size.shards : 2 ** Math.ceil(Math.log2(wanted))
}
