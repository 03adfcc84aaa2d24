/** Many sockets in one process that write to the same people: accounts must not wait for each other. */
import { compare } from '../parts/compare.ts'
import { type Kind, openPair } from '../parts/pair.ts'
import { atLeast, atMost, type Figure, type Row } from '../row.ts'

const STORE_MS = 5
const LINES = 50
const CONTACTS = 5
/** Per socket and turn; raw Baileys passes few messages, and takes as long for them. */
const EACH = { raw: 20, ours: 60 }
const IN_FLIGHT = 5
const TURNS = 3

export const crowd: Row = {
  name: 'crowd',
  title: `${LINES} sockets write to common contacts, the store takes ${STORE_MS} ms a commit`,
  async run({ progress }) {
    progress(`linking ${LINES} lines of each kind`)
    await using pair = await openPair({ lines: LINES, contacts: CONTACTS })
    for (const kind of ['raw', 'ours'] as const) await pair[kind].lines.latency({ ms: STORE_MS })
    const rate = (contacts: number) => async (kind: Kind) => {
      const to = pair[kind].contacts.slice(0, contacts)
      const sent = await pair[kind].lines.send({ lines: LINES, each: EACH[kind], inFlight: IN_FLIGHT, to })
      return (sent.messages * 1000) / sent.ms
    }
    progress('all to one contact')
    const one = await compare(TURNS, rate(1))
    progress(`spread over ${CONTACTS} contacts`)
    const some = await compare(TURNS, rate(CONTACTS))
    const [raw, ours] = [await pair.unreadable('raw'), await pair.unreadable('ours')]
    const figures: Figure[] = [
      { what: 'all to one contact', unit: 'msg/s', ...one, goals: [atLeast('ratio', 5)] },
      { what: `spread over ${CONTACTS} contacts`, unit: 'msg/s', ...some },
      {
        what: 'never readable',
        unit: 'messages',
        ours: ours.undecryptable,
        raw: raw.undecryptable,
        goals: [atMost('ours', 0)],
      },
      { what: 'readable only after a retry', unit: 'messages', ours: ours.retries, raw: raw.retries },
    ]
    return {
      figures,
      notes: [
        `${IN_FLIGHT} messages in flight per socket, ${EACH.ours} (raw Baileys: ${EACH.raw}) per socket and turn, medians of ${TURNS} turns each. The unreadable ones are counted over all turns, ${LINES * EACH.ours * TURNS * 2} messages (raw Baileys: ${LINES * EACH.raw * TURNS * 2}).`,
      ],
    }
  },
}
