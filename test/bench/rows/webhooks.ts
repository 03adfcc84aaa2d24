/** The webhook of Twilio under load: the answer that Twilio waits for, and what is left of each message. */
import { stack } from '../../support/stack.ts'
import { percentile } from '../parts/statistics.ts'
import { atMost, type Row } from '../row.ts'
import { load } from '../twilio-load.ts'

const TOKEN = 'auth-token-of-the-bench'
const LOAD = { perSecond: 200, seconds: 60, people: 400, from: 0, twice: 0.05, token: TOKEN }
/** By other people, so that their messages are not counted. */
const WARM_UP = { ...LOAD, perSecond: 20, seconds: 3, people: 10, from: 5_000_000, twice: 0 }

export const webhooks: Row = {
  name: 'webhooks',
  title: `Webhooks of Twilio, ${LOAD.perSecond} a second for ${LOAD.seconds} s`,
  async run({ progress }) {
    await using its = await stack({ env: { TWILIO_AUTH_TOKEN: TOKEN, CONNECTORS: '0' } })
    await load(its, WARM_UP, () => undefined)
    const { latencies, errors, differing, lost, doubled, sent } = await load(its, LOAD, progress)
    const ms = (p: number) => Math.round(percentile(latencies, p) * 10) / 10
    const none = [atMost('ours', 0)]
    return {
      figures: [
        { what: 'answer, p50', unit: 'ms', ours: ms(0.5) },
        { what: 'answer, p99', unit: 'ms', ours: ms(0.99), goals: [atMost('ours', 1_000)] },
        { what: 'errors', unit: '', ours: errors, goals: none },
        { what: 'lost', unit: '', ours: lost, goals: none },
        { what: 'stored twice', unit: '', ours: doubled, goals: none },
        { what: 'answered differently the second time', unit: '', ours: differing, goals: none },
      ],
      notes: [
        `${sent} messages of ${LOAD.people} people through \`npm start\` without a connector, every other one an order that the rules read and confirm, ${LOAD.twice * 100} % of them delivered twice. Latency counts from the moment a message was due. The load is made on the same machine.`,
        'A message costs one transaction of DynamoDB; one or two reads more where a function has not seen the person before (functions/hooks/cost.test.ts).',
      ],
    }
  },
}
