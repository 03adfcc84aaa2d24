/** docs/cost.md, from what was counted and what AWS asks. */
import { CATCH_UP_EVERY } from '#core/conversation/schedule.ts'
import { ASSUMED } from './assumed.ts'
import { type Bill, billOf, fixedOf, messagesOf, totalOf, webhooksOf } from './bill.ts'
import { type Cost, type Counts, databaseCalls, type Kind, queueCalls } from './counts.ts'
import { cents, dollars, millions, short, table, whole } from './format.ts'
import { PRICES, PRICES_OF } from './prices.ts'
import { connectorsFor, PERSONAL, PRODUCTION, type Size, shardsFor } from './size.ts'

const SESSIONS = [1, 10, 100, 1_000, 10_000]
const MESSAGES = [1_000_000, 100_000_000]
const KINDS: Record<Kind, string> = {
  alone: 'one at a time',
  spread: 'many at once, of five sessions',
  'told alone': 'one at a time, with conversations',
  'told busy': 'many at once, with conversations',
}
const WEBHOOKS = [
  ['in, by a webhook of Twilio, one at a time', 'alone'],
  ['in, by a webhook of Twilio, many at once', 'busy'],
] as const
/** Which calls write what. */
const WRITERS: [RegExp, string][] = [
  [/^PutItem messages/, 'accepting it'],
  [/^\w+ devices/, 'state of the device, outbox, journal'],
  [/^TransactWriteItems events\+/, 'log, message, chat, counters, conversation'],
]
const WAYS = ['out', 'in'] as const
const PARTS: Record<keyof Bill, string> = {
  connectors: 'connectors: Fargate, addresses, traffic',
  database: 'DynamoDB: reads and writes',
  storage: 'DynamoDB: storage, with point-in-time recovery',
  functions: 'API Gateway and Lambda',
  queues: 'SQS',
  watching: 'logs, metrics, alarms, dashboard',
}

export const costDocument = (counts: Counts): string => `# What it costs on AWS

Written by \`npm run cost\`, from calls that were counted on ${counts.date.slice(0, 10)} (\`npm run cost -- measure\` counts anew)
and from prices of ${PRICES_OF}. **Check the prices before you rely on a figure**; each row of the last table
names its page. Free tiers are left out: in the first year of an account, the small figures are close to nothing.

## A month

${table(
  ['sessions', 'size', 'connectors', 'no messages', ...MESSAGES.map((count) => millions(count))],
  SESSIONS.flatMap((sessions) =>
    sizesFor(sessions).map((size) => [
      whole(sessions),
      `${size.name}, ${size.vcpu} vCPU, ${size.gb} GB`,
      `${connectorsFor(sessions, size)} (${shardsFor(sessions, size)} shards)`,
      dollars(totalOf(fixedOf(sessions, size, counts))),
      ...MESSAGES.map((messages) => range(sessions, messages, size, counts)),
    ]),
  ),
)}

The first figure is for messages that come many at once and share their writes, the second for messages that come one at a
time; a real month lies between, nearer to the second while it is quiet. Half of the messages go out and half come in, and
all become part of conversations, as sessions do unless they are told otherwise.
\`personal\` has one connector, here at full price: on spare capacity, as it is set up, it costs less. When it dies, lines are
away until it has started again. \`production\` has two at least.

## A session, a million messages

${table(
  ['sessions, no messages', 'a month', 'per session and month'],
  [100, 1_000, 10_000].map((sessions) => {
    const total = totalOf(fixedOf(sessions, PRODUCTION, counts))
    return [whole(sessions), dollars(total), cents(total / sessions)]
  }),
)}

One more idle session among many costs ${cents(oneMore(counts))} a month: its share of a connector that is full, of what looks after it,
and ${Math.round(counts.stored.device / 1_000)} kB of device state.

${table(
  ['a million messages', ...WAYS.flatMap((way) => [way, `${way}, kept for a year`])],
  (Object.keys(KINDS) as Kind[]).map((kind) => [
    KINDS[kind],
    ...WAYS.flatMap((way) => millionOf(kind, way, counts).map(dollars)),
  ]),
)}

The first figure is paid once; the second includes what storage costs until the messages are deleted. A million webhooks of Twilio
cost ${dollars(totalOf(webhooksOf(1e6, 'alone', counts)))}, kept for a year; what Twilio asks is not in there.

The dashboard is a few files in S3 behind CloudFront: 30 kB for whoever opens it, and a request of CloudFront with its function ($1.10 a million) before each call
of the API that the page makes. A page that is looked at all day asks every ten seconds at most, which comes to cents a month.

## Where it goes

1,000 sessions in production, one message at a time:

${table(['part', ...MESSAGES.map((messages) => `${millions(messages)} messages`)], parts(counts))}

## What was counted

Per message, all parts of the system together:

${table(
  ['message', 'calls of DynamoDB', 'calls of SQS', 'write units', 'read units'],
  (Object.keys(KINDS) as Kind[])
    .flatMap((kind) => WAYS.map((way) => countRow(`${way}, ${KINDS[kind]}`, counts.kinds[kind][way])))
    .concat(WEBHOOKS.map(([name, kind]) => countRow(name, counts.webhooks[kind]))),
)}

Writes are the price: a transaction costs twice, every index once more, and a message is written durably more often than once,
because that is what keeps it when a process dies. The write units are taken by

${table(['message', ...WRITERS.map(([, name]) => name), 'together'], writers(counts))}

Units are those that the embedded DynamoDB reports, which follows AWS: two per kilobyte in a transaction, one per kilobyte and
index, two where an item changes its place in an index. What a transaction costs that collides with another and is
tried again is not in there.

Idle, the system asked for ${whole(Object.values(counts.idle.by).reduce((sum, count) => sum + count, 0))} things a minute (one connector, ${counts.shards} shards, on one machine, where looks at
queues are short), and DynamoDB for ${whole(counts.idle.readUnits)} read units and ${whole(counts.idle.writeUnits)} write units. On AWS a look at a queue lasts 20 seconds, so
that a shard costs three requests a minute. Each session is compared with what runs every two minutes, its log is read
every ${CATCH_UP_EVERY} minutes, and its counters of eight days are once an hour (\`session.volume\`).

A message took ${whole(counts.stored.message)} bytes, its copy in the index included, and its events ${whole(counts.stored.events)}; as part of a conversation
${whole(counts.stored.conversation)} and ${whole(counts.stored.eventsOfConversation)} more.

## Assumed

${table(
  ['what', 'value'],
  [
    ['a request to the API, billed', `${ASSUMED.apiMs} ms at 1 GB`],
    ['a batch of a consumer, billed', `${ASSUMED.consumerMs} ms at 0.5 GB`],
    ['a timed job, billed', `${ASSUMED.jobMs} ms at ${ASSUMED.jobGb} GB, ${ASSUMED.jobsPerMinute} a minute`],
    ['messages are kept', `${ASSUMED.messagesKeptDays} days, and events ${ASSUMED.eventsKeptDays}`],
    ['text of a message', `${ASSUMED.textBytes} bytes beyond what was counted with`],
    ['log', `${ASSUMED.loggedRequest} bytes a request, ${ASSUMED.loggedBatch} a batch of a consumer`],
    [
      'traffic to the internet',
      `${ASSUMED.sentMessage} bytes a message, ${ASSUMED.sentSessionDay / 1_000} kB a session and day`,
    ],
    [
      'sessions of a connector',
      `${PERSONAL.sessions} in ${PERSONAL.gb} GB, ${PRODUCTION.sessions} in ${PRODUCTION.gb} GB`,
    ],
  ],
)}

Storage is that of a system that has run for as long as messages are kept. Not in here: media, webhooks to others and live
pages; the model that reads orders, which you pay elsewhere; and cents for the container image and for what SST keeps.

## To pay less

- \`MESSAGE_RETENTION_DAYS=30\` takes most of the storage away, \`EVENT_RETENTION_DAYS=2\` a little more.
- Sessions with \`conversations: false\` are not fed into conversations. That saves ${dollars(saved(counts))} a million messages.
- Fargate Spot (\`spot: true\` in stacks/stage.ts) takes up to 70 % off the connectors. A reclaimed task drains like any
  other; with two connectors nobody notices.
- Compute Savings Plans cover Fargate and Lambda.
- Under a steady load, provisioned capacity with auto scaling, at 70 % of use, costs ${Math.round(provisioned() * 100)} % of the writes on demand.

## Prices

${table(
  ['US dollars', 'per', 'page'],
  Object.values(PRICES).map(({ usd, per, page }) => [
    usd < 0.0005 ? `${Number((usd * 1e6).toPrecision(6))} a million` : `${usd}`,
    per,
    `<https://aws.amazon.com/${page}/>`,
  ]),
)}
`

const sizesFor = (sessions: number): Size[] => (sessions <= 100 ? [PERSONAL, PRODUCTION] : [PRODUCTION])

function range(sessions: number, messages: number, size: Size, counts: Counts): string {
  const of = (kind: Kind) => totalOf(billOf({ sessions, messages, kind }, size, counts))
  return `${dollars(of('told busy'))} to ${dollars(of('told alone'))}`
}

/** What one session adds to a fleet whose connectors are full. */
const oneMore = (counts: Counts): number => {
  const [some, more] = [10_000, 20_000]
  const of = (sessions: number) => totalOf(fixedOf(sessions, PRODUCTION, counts))
  return (of(more) - of(some)) / (more - some)
}

/** Without storage, and with all that it will cost. */
function millionOf(kind: Kind, way: 'out' | 'in', counts: Counts): [number, number] {
  const bill = messagesOf({ out: 0, in: 0, [way]: 1e6 }, kind, counts)
  // A stream of a million a month costs so much a month, for ever: each million of it costs that once.
  return [totalOf(bill) - bill.storage, totalOf(bill)]
}

const saved = (counts: Counts): number => {
  const of = (kind: Kind) => totalOf(messagesOf({ out: 5e5, in: 5e5 }, kind, counts))
  return of('told alone') - of('alone')
}

const provisioned = (): number => PRICES.writeHour.usd / (3_600 * 0.7) / PRICES.writeUnit.usd

function parts(counts: Counts): string[][] {
  const bills = MESSAGES.map((messages) =>
    billOf({ sessions: 1_000, messages, kind: 'told alone' }, PRODUCTION, counts),
  )
  return [
    ...(Object.keys(PARTS) as (keyof Bill)[]).map((part) => [
      PARTS[part],
      ...bills.map((bill) => dollars(bill[part])),
    ]),
    ['together', ...bills.map((bill) => dollars(totalOf(bill)))],
  ]
}

const countRow = (name: string, cost: Cost): string[] => [
  name,
  ...[databaseCalls(cost), queueCalls(cost), cost.writeUnits, cost.readUnits].map(short),
]

const writers = ({ kinds }: Counts): string[][] =>
  (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    WAYS.map((way) => {
      const { writes, writeUnits } = kinds[kind][way]
      const by = WRITERS.map(([call]) =>
        Object.entries(writes).reduce((sum, [name, units]) => sum + (call.test(name) ? units : 0), 0),
      )
      return [`${way}, ${KINDS[kind]}`, ...[...by, writeUnits].map(short)]
    }),
  )
