/** What a message asks of DynamoDB and SQS, all parts of the system together: that is what it costs on AWS. */
import { countCosts, KINDS, type Kind } from '../parts/costs.ts'
import { type Cost, openMetered } from '../parts/metered.ts'
import { countWebhooks, WEBHOOK_ENV, WEBHOOK_KINDS } from '../parts/webhook-costs.ts'
import { atMost, type Figure, type Row } from '../row.ts'

const AMOUNTS = { idleMs: 20_000, alone: 6, load: 400 }
const MEANING: Record<Kind, string> = {
  alone: 'one message at a time',
  busy: `${AMOUNTS.load} at once, one session`,
  spread: `${AMOUNTS.load} at once, five sessions`,
  'told alone': 'one at a time, with conversations',
  'told busy': `${AMOUNTS.load} at once, one session, with conversations`,
}
const AT = { alone: 'one at a time', busy: `${AMOUNTS.load} at once` }
const GOAL: Partial<Record<Kind, number>> = { alone: 12, busy: 3, 'told alone': 12, 'told busy': 3 }

export const calls: Row = {
  name: 'calls',
  title: 'Calls of DynamoDB and SQS per message, all parts together',
  async run({ progress }) {
    await using metered = await openMetered(WEBHOOK_ENV)
    const { idle, kinds } = await countCosts(metered, KINDS, AMOUNTS, progress)
    progress('webhooks of Twilio')
    const webhooks = await countWebhooks(metered, { alone: AMOUNTS.alone, busy: AMOUNTS.load })
    const counted = KINDS.flatMap((kind) =>
      (['out', 'in'] as const).map((way) => ({ kind, way, cost: kinds[kind]![way] })),
    )
    return {
      figures: [
        ...counted.flatMap(({ kind, way, cost }) => figuresOf(`${way}: ${MEANING[kind]}`, cost, GOAL[kind])),
        ...WEBHOOK_KINDS.flatMap((kind) =>
          figuresOf(`in: a webhook of Twilio, ${AT[kind]}`, webhooks[kind], 3),
        ),
        { what: 'idle: connector, API and timed jobs', unit: 'calls/min', ours: idle.calls },
      ],
      notes: [
        'Counted by a proxy in front of the engines, which also has DynamoDB tell the units that it consumed (indexes included). Out: from the request until the ledger says `delivered`. In: until the message stands in the log and in the chat.',
        'What the same system asks while nothing happens is measured first and is not in the figures per message. Engines on this machine answer in 1 to 3 ms, so that less is gathered in one call than where they are slower.',
        '"With conversations": the session also makes conversations of its messages: a few at a time the connector writes itself, many go to a queue and a consumer of their own.',
        ...counted.map(({ kind, way, cost }) => `${way}, ${kind}: ${listOf(cost)}.`),
        ...WEBHOOK_KINDS.map((kind) => `webhook, ${AT[kind]}: ${listOf(webhooks[kind])}.`),
        `Idle, per minute: ${listOf(idle)}.`,
      ],
    }
  },
}

const figuresOf = (
  what: string,
  { calls, writeUnits, readUnits }: Cost,
  goal: number | undefined,
): Figure[] => [
  { what, unit: 'calls', ours: calls, goals: goal === undefined ? [] : [atMost('ours', goal)] },
  { what: '… written', unit: 'WCU', ours: writeUnits },
  { what: '… read', unit: 'RCU', ours: readUnits },
]

const listOf = ({ by }: Cost): string =>
  Object.entries(by)
    .map(([name, count]) => `${name} ${Number(count.toPrecision(2))}`)
    .join(', ')
