/** From the start of the process until every session that it finds wanted and linked is connected. */
import { CONNECTOR_FLAGS } from '../../../local/connectors.ts'
import { median } from '../parts/statistics.ts'
import { atMost, type Row } from '../row.ts'

const TURNS = 3

export const coldStart: Row = {
  name: 'cold-start',
  title: 'Sessions back to connected after a cold start',
  async run({ progress, fleet }) {
    const town = await fleet()
    await town.linkRaw()
    const seconds = { raw: [] as number[], ours: [] as number[] }
    for (let turn = 0; turn < TURNS; turn++) {
      progress(`turn ${turn + 1} of ${TURNS}`)
      seconds.raw.push(await timed(() => town.startRaw(CONNECTOR_FLAGS)))
      seconds.ours.push(
        await timed(async () => {
          const connector = await town.startConnector(CONNECTOR_FLAGS)
          await town.allConnected()
          return connector
        }),
      )
    }
    return {
      figures: [
        {
          what: `${town.sessions} sessions connected`,
          unit: 's',
          ours: median(seconds.ours),
          raw: median(seconds.raw),
          goals: [atMost('ours', 30)],
        },
      ],
      notes: [
        'From the start of the process. Ours ends when the API shows every session as connected: leases taken, sessions and device states read from DynamoDB, logged in, state stored. Raw Baileys reads its keys from files and ends when every socket is open, 16 at a time.',
        `Medians of ${TURNS} turns each, in turn. The former process had been killed.`,
      ],
    }
  },
}

async function timed(start: () => Promise<AsyncDisposable>): Promise<number> {
  const began = performance.now()
  await using _started = await start()
  return (performance.now() - began) / 1000
}
