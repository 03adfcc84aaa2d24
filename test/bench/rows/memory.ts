/** What many idle linked sessions take of a machine's memory: one connector, and one process of raw Baileys. */
import { setTimeout as pause } from 'node:timers/promises'
import { CONNECTOR_FLAGS } from '../../../local/connectors.ts'
import { median } from '../parts/statistics.ts'
import { residentMb } from '../parts/usage.ts'
import { atMost, type Row } from '../row.ts'

/** V8 gives back what the logins left behind some seconds after they are over. */
const SETTLE_MS = 30_000
const READINGS = 5

export const memory: Row = {
  name: 'memory',
  title: 'Memory of one process with many idle linked sessions',
  async run({ progress, fleet }) {
    const town = await fleet()
    await town.linkRaw()
    progress('raw Baileys, idle')
    const raw = await measure(async () => town.startRaw(CONNECTOR_FLAGS))
    progress('connector, idle')
    const ours = await measure(async () => {
      const connector = await town.startConnector(CONNECTOR_FLAGS)
      await town.allConnected()
      return connector
    })
    return {
      figures: [
        {
          what: `resident memory, ${town.sessions} sessions`,
          unit: 'MB',
          ours,
          raw,
          goals: [atMost('ratio', 1), atMost('ours', 450)],
        },
      ],
      notes: [
        `Both are fresh processes that connected ${town.sessions} lines linked before and then stood idle for ${SETTLE_MS / 1000} s; the median of ${READINGS} readings of VmRSS. Node flags of both: \`${CONNECTOR_FLAGS.join(' ')}\`.`,
        'Ours is the whole connector with its clients for DynamoDB and SQS. Raw Baileys keeps its keys in memory as JSON and does nothing else.',
      ],
    }
  },
}

async function measure(start: () => Promise<{ pid: number } & AsyncDisposable>): Promise<number> {
  await using child = await start()
  await pause(SETTLE_MS)
  const readings: number[] = []
  for (let n = 0; n < READINGS; n++) {
    readings.push(residentMb(child.pid))
    await pause(1_000)
  }
  return median(readings)
}
