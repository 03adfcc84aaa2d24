/** All rows, in the order in which they are measured and shown. */
import type { Row } from '../row.ts'
import { calls } from './calls.ts'
import { coldImport } from './cold-import.ts'
import { coldStart } from './cold-start.ts'
import { cpu } from './cpu.ts'
import { crowd } from './crowd.ts'
import { deliveries } from './deliveries.ts'
import { growth } from './growth.ts'
import { handover } from './handover.ts'
import { kills } from './kills.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { oneSocket } from './one-socket.ts'
import { webhooks } from './webhooks.ts'

export const ROWS: Row[] = [
  memory,
  coldStart,
  growth,
  oneSocket,
  crowd,
  cpu,
  latency,
  kills,
  handover,
  calls,
  coldImport,
  webhooks,
  deliveries,
]
