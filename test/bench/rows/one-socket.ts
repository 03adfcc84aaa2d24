/** One socket that sends and receives while its store takes 20 ms a commit: what group commit is for. */
import { compare } from '../parts/compare.ts'
import { openPair } from '../parts/pair.ts'
import { atLeast, type Figure, type Row } from '../row.ts'

const STORE_MS = 20
/** More than a commit's worth on either side, so that it is the socket that limits and not the number of callers. */
const IN_FLIGHT = 400
const TURNS = 3
/** Raw Baileys passes few messages, so it needs the longer look. */
const WINDOW_MS = { raw: 5_000, ours: 3_000 }
const DIRECTIONS = {
  both: 'sending and receiving at once',
  out: 'sending only',
  in: 'receiving only',
} as const

export const oneSocket: Row = {
  name: 'one-socket',
  title: `One socket, the store takes ${STORE_MS} ms a commit`,
  async run({ progress }) {
    await using pair = await openPair({ lines: 1, contacts: 1 })
    for (const kind of ['raw', 'ours'] as const) await pair[kind].lines.latency({ ms: STORE_MS })
    const figures: Figure[] = []
    for (const direction of ['both', 'out', 'in'] as const) {
      progress(DIRECTIONS[direction])
      const rates = await compare(TURNS, async (kind) => {
        const { lines, contacts } = pair[kind]
        const passed = await lines.keepBusy({
          to: contacts[0]!,
          inFlight: IN_FLIGHT,
          forMs: WINDOW_MS[kind],
          direction,
        })
        return ((passed.out + passed.in) * 1000) / passed.ms
      })
      figures.push({
        what: DIRECTIONS[direction],
        unit: 'msg/s',
        ...rates,
        goals: direction === 'both' ? [atLeast('ratio', 20)] : [],
      })
    }
    return {
      figures,
      notes: [
        `${IN_FLIGHT} messages in flight in each direction, on both sides. Sent messages count when the server's acknowledgement is known, received ones when they were handed on; ours does either only after its commit.`,
        `Medians of ${TURNS} turns each, in turn. The delay is before every write of the key store; reads are from memory on both sides.`,
      ],
    }
  },
}
