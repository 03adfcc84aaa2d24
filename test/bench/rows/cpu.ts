/** What durability costs the processor: client processes side by side, raw Baileys without any durability at all. */
import { compare } from '../parts/compare.ts'
import { type Kind, openPair } from '../parts/pair.ts'
import { wholeConnectorCpu } from '../parts/whole-cpu.ts'
import { atMost, type Figure, type Row } from '../row.ts'

const STORE_MS = 5
const MESSAGES = 600
const TURNS = 3

export const cpu: Row = {
  name: 'cpu',
  title: 'Processor time of the client process per outgoing message',
  async run({ progress }) {
    await using pair = await openPair({ lines: 1, contacts: 1 })
    await pair.ours.lines.latency({ ms: STORE_MS })
    const cost = (inFlight: number) => async (kind: Kind) => {
      const { lines, contacts } = pair[kind]
      const sent = await lines.send({ lines: 1, each: MESSAGES, inFlight, to: contacts })
      return sent.cpuMs / sent.messages
    }
    const figures: Figure[] = []
    for (const inFlight of [20, 1]) {
      progress(`${inFlight} in flight`)
      figures.push({
        what: `durable through the gate, ${inFlight} in flight`,
        unit: 'ms',
        ...(await compare(TURNS, cost(inFlight))),
        goals: inFlight === 20 ? [atMost('ratio', 1.2)] : [],
      })
    }
    progress('the whole connector')
    const raw = figures[0]!.raw!
    const whole = await wholeConnectorCpu(TURNS, MESSAGES)
    figures.push({ what: 'the whole connector, 20 requests in flight', unit: 'ms', ours: whole, raw })
    return {
      figures,
      notes: [
        `Ours commits to a store in memory that takes ${STORE_MS} ms; raw Baileys keeps its keys in memory as JSON without any delay. Medians of ${TURNS} turns of ${MESSAGES} messages each.`,
        'The whole connector also takes the command from SQS, commits to DynamoDB, and stores the events of acknowledgement and delivery, all over HTTP; raw Baileys does none of that. It has no goal of its own.',
      ],
    }
  },
}
