/** The connector is killed with SIGKILL at random moments while everybody writes; then the books are compared. */
import { connectorKills } from '../../chaos/connector-kills.ts'
import { atMost, type Figure, type Row } from '../row.ts'

const SEED = 20_260_701

export const kills: Row = {
  name: 'kills',
  title: 'The connector is killed while 5 lines, 20 people and a group write to each other',
  async run({ progress, kills }) {
    const { findings, outgoing, incoming, refusals } = await connectorKills({ kills, seed: SEED, progress })
    const none = (what: string, found: string[]): Figure => ({
      what,
      unit: 'messages',
      ours: found.length,
      goals: [atMost('ours', 0)],
    })
    const { lost, twice, undecryptable, undelivered, outOfOrder, strange, notConnected, replaced, problems } =
      findings
    return {
      figures: [
        { what: 'kills', unit: '', ours: kills },
        { what: 'accepted by the API', unit: 'messages', ours: outgoing },
        { what: 'written by people', unit: 'messages', ours: incoming },
        none('lost', lost),
        none('twice', twice),
        none('never readable', undecryptable),
        none('never shown as delivered', undelivered),
        none('out of order', outOfOrder),
        none('anything else that is wrong', [...strange, ...notConnected, ...replaced, ...problems]),
      ],
      notes: [
        `SIGKILL at random moments (seed ${SEED}), some while the connector is still starting. Everything that was written is looked for in the event log, the chats, the ledger and on the phones. Requests that the API refused: ${JSON.stringify(refusals)}.`,
      ],
    }
  },
}
