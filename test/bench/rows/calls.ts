/** What a message asks of DynamoDB and SQS, all parts of the system together: that is what it costs on AWS. */
import { countCosts } from '../parts/costs.ts'
import { type Cost, openMetered } from '../parts/metered.ts'
import { atMost, type Figure, type Row } from '../row.ts'

const AMOUNTS = { idleMs: 60_000, alone: 10, load: 400 }
const GOALS = { alone: 12, load: 3 }

export const calls: Row = {
  name: 'calls',
  title: 'Calls of DynamoDB and SQS per message, all parts together',
  async run({ progress }) {
    await using metered = await openMetered()
    const { idle, outAlone, inAlone, outLoad, inLoad } = await countCosts(metered, AMOUNTS, progress)
    const figures: Figure[] = [
      ...figuresOf('out, alone', outAlone, GOALS.alone),
      ...figuresOf('in, alone', inAlone, GOALS.alone),
      ...figuresOf(`out, ${AMOUNTS.load} at once`, outLoad, GOALS.load),
      ...figuresOf(`in, ${AMOUNTS.load} at once`, inLoad, GOALS.load),
      { what: 'an idle connector and API', unit: 'calls/min', ours: idle.calls },
    ]
    return {
      figures,
      notes: [
        'Counted by a proxy in front of the engines, which also has DynamoDB tell the units that it consumed (indexes included). Out: from the request until the ledger says `delivered`. In: until the message stands in the log and in the chat.',
        'What the same system asks while nothing happens is measured first and is not in the figures per message.',
        `Out, alone: ${listOf(outAlone)}.`,
        `In, alone: ${listOf(inAlone)}.`,
        `Out, at once: ${listOf(outLoad)}.`,
        `In, at once: ${listOf(inLoad)}.`,
        `Idle, per minute: ${listOf(idle)}.`,
      ],
    }
  },
}

const figuresOf = (what: string, { calls, writeUnits, readUnits }: Cost, goal: number): Figure[] => [
  { what, unit: 'calls', ours: calls, goals: [atMost('ours', goal)] },
  { what: `${what}: written`, unit: 'WCU', ours: writeUnits },
  { what: `${what}: read`, unit: 'RCU', ours: readUnits },
]

const listOf = ({ by }: Cost): string =>
  Object.entries(by)
    .map(([name, count]) => `${name} ${Number(count.toPrecision(2))}`)
    .join(', ')
