/** docs/scale.md: where each part ends, from what was counted and where AWS draws a line. */
import { CATCH_UP_EVERY } from '#core/conversation/schedule.ts'
import { Timing } from '../../connector/timing.ts'
import { AT_ONCE, WITHIN } from '../../functions/cron/round.ts'
import { READERS, stageOf } from '../../stacks/stage.ts'
import { ASSUMED } from './assumed.ts'
import { fixedOf, totalOf } from './bill.ts'
import type { Counts } from './counts.ts'
import { dollars, short, table, whole } from './format.ts'
import { idleMinute, leaseLook } from './idle.ts'
import { LIMITS } from './limits.ts'
import { connectorsFor, PRODUCTION, type Size, shardsFor } from './size.ts'

/** What we would run: beyond tens of thousands of sessions, connectors with more memory, so that there are fewer. */
const LARGE: Size = { ...PRODUCTION, gb: 4, sessions: 2_000 }
const FLEETS: [number, Size][] = [
  [1_000, PRODUCTION],
  [10_000, PRODUCTION],
  [30_000, PRODUCTION],
  [100_000, LARGE],
]
/** ms: one read of DynamoDB, and one of a message queue, from inside of AWS; cautious. */
const [READ, RECEIVE] = [8, 10]
/** ms of CPU that a session, and an account, cost the round: measured over 2,000 of them, on one vCPU as it has on AWS. */
const [OF_A_SESSION, OF_AN_ACCOUNT] = [1.1, 0.5]

const perSecond = (limit: keyof typeof LIMITS, units: number): string =>
  whole(Math.floor(LIMITS[limit].most / units))

export function scaleDocument(counts: Counts): string {
  const { kinds } = counts
  const devices = (kind: 'alone' | 'told busy') => kinds[kind].out.writes['TransactWriteItems devices'] ?? 0
  const busy = (kinds['told busy'].out.writeUnits + kinds['told busy'].in.writeUnits) / 2
  const { rate } = stageOf('production', {})
  return `# How far it goes

Written by \`npm run cost\`, from what was counted for [cost](cost.md) and from the default quotas of AWS, listed at the end. It
is arithmetic: nobody has run so many sessions on AWS. What one connector holds and does was measured: [capacity](capacity.md).

## By number of sessions

${table(
  [
    'sessions',
    'connectors',
    'shards',
    'reads of leases, units a second',
    'all idle reads, units a second',
    'round of the logs',
    'a month, idle',
  ],
  FLEETS.map(([sessions, size]) => fleetRow(sessions, size, counts)),
)}

- **Connectors** have ${PRODUCTION.vcpu} vCPU and ${PRODUCTION.gb} GB for ${whole(PRODUCTION.sessions)} sessions, at 100,000 sessions ${LARGE.gb} GB for ${whole(LARGE.sessions)} (\`stacks/stage.ts\`). A connector is
  one thread, so more vCPU do not help it. Fargate's quota of vCPU in your account must be as high: Service Quotas → AWS Fargate.
- **Shards**: four per connector let them be shared out evenly; with 16 shards and 10 connectors, some hold twice as much as
  others. No more connectors than shards can work. **Set \`SHARDS\` before you create sessions**: a session stays on the shard it
  was created on. A shard costs two queues, two metrics of alarms and a handful of looks a minute.
- **Leases** are read whole by every connector, ${1_000 / Timing.parse({}).LEASE_LOOK_MS} times a second, from one partition, which gives ${whole(LIMITS.partitionReads.most)} units. With
  1,000 sessions per connector that ends at about ${whole(mostConnectors() * PRODUCTION.sessions)} sessions: hence the larger connectors at 100,000. A \`LEASE_LOOK_MS\` of 2000 (\`connector/timing.ts\`) divides
  it by four; planned handovers take up to two seconds longer then.
- **The round of the logs** looks for messages that conversations were not told of, every ${CATCH_UP_EVERY} minutes, ${AT_ONCE} sessions at a time, for ${WITHIN / 1_000} s; where
  it has to stop, the next one goes on. Only messages whose note got lost wait for it.

## What one of them takes

| part | it spends | so it ends at | and then |
| --- | --- | --- | --- |
| session: device state | ${short(devices('alone'))} write units a message, ${short(devices('told busy'))} when many come at once | ${perSecond('partitionWrites', devices('alone'))} to ${perSecond('partitionWrites', devices('told busy'))} messages out a second | commits wait and gather more; DynamoDB splits a hot partition by itself, at most to 500 commits a second (the head of the device). WhatsApp bears a fraction of that from one number |
| session: log | 6 units in the table \`events\`: sent, delivered, conversation | ${perSecond('partitionWrites', 6)} messages a second | as above |
| session: commands | a tenth of a call, in a message group | ${perSecond('groupCalls', 0.1)} a second | sends wait in the ledger |
| shard: index \`waiting\` | 2 units: in when accepted, out when sent | ${perSecond('partitionWrites', 2)} messages out a second | writes are throttled and repeated; more shards, for new sessions |
| shard: command queue | one look at a time, ten commands | ${whole((1_000 / RECEIVE) * 10)} commands a second | they wait; the queue itself takes ${whole(LIMITS.queueCalls.most)} calls |
| account: list of conversations | 2 units: the place moves with each message | ${perSecond('partitionWrites', 2)} messages a second, both ways | consumers are throttled, notes wait in their queue |
| account: figures of conversations | 2 units, one item of eight a day | ${perSecond('partitionWrites', 2)} messages a second | as above |
| all: messages that wait for the model | 3 units: in, and out again | ${perSecond('partitionWrites', 3)} messages a second | sessions' messages are read late |
| all: the model | ${READERS} batches of ten at a time, 2 s each | ${whole((READERS * 10) / 2)} messages a second | \`READERS\` in \`stacks/stage.ts\` |
| table | at most half of ${short(busy)} units a message | ${perSecond('tableWrites', busy / 2)} messages a second; ${perSecond('newTableWrites', busy / 2)} when new | ask for a higher quota; before a known jump, raise the table's warm throughput |
| API | \`rate\` of the stage: ${whole(rate)} requests a second | ${whole(rate)}, by choice | 429; \`stacks/stage.ts\`, up to ${whole(LIMITS.requests.most)} |
| API: functions | ${ASSUMED.apiMs} ms a request; up to 29 s with \`?wait=\` | ${whole((LIMITS.concurrency.most * 1_000) / ASSUMED.apiMs)} requests a second, or ${whole(LIMITS.concurrency.most / 2)} that wait 2 s | alarm FunctionThrottles; ask for a higher quota |
| feed of conversations | ${ASSUMED.consumerMs} ms for ten messages | one run at a time per ${whole((10 * 1_000) / ASSUMED.consumerMs)} messages a second | more at a time, by itself |
| sweep | two reads a shard, ${READ} ms each, one after the other | ${whole(55_000 / (2 * READ))} shards | ends after 55 s; \`SHARDS\` ends at 512 |
| expiry of conversations | a read per account and minute, ${AT_ONCE} at a time | ${whole(WITHIN / OF_AN_ACCOUNT)} accounts a run | the next run goes on |
| live pages | a WebSocket connection each; one request per event and page | ${whole(LIMITS.newSockets.most)} new connections a second, ${whole(LIMITS.requests.most)} requests together with the API | ask for a higher quota |

## What changes on the way to 100,000

1. **Beyond 4,000 sessions**: \`SHARDS=${shardsFor(10_000, PRODUCTION)}\` or more, from the start. Concurrent runs of functions: ask for 3,000.
2. **Beyond 10,000**: quotas of Fargate vCPU (one per connector), and of writes a table (one message per session and minute is
   ${whole((10_000 / 60) * busy)} units a second for every 10,000 sessions, over four tables). A cold start of everything takes as long as one
   connector's, because they start side by side: about half a minute for 500 sessions each.
3. **Beyond ${whole(mostConnectors() * PRODUCTION.sessions)}**: connectors of ${whole(LARGE.sessions)} sessions in ${LARGE.gb} GB, or fewer looks at the leases.
4. **One account with most of the sessions**: its list of sessions is one partition of an index; when all of them connect at
   once, ${whole(LIMITS.partitionWrites.most)} changes of status a second are shown, and the others a little later.
5. **Beyond 100,000**: several deployments (\`production-a\`, \`production-b\`), each with its accounts. Nothing is shared between them.

## Limits of AWS

${table(
  ['default', 'of', 'can be raised', 'page'],
  Object.values(LIMITS).map(({ most, what, page, canBeRaised }) => [
    whole(most),
    what,
    canBeRaised ? 'yes' : 'no',
    `<https://docs.aws.amazon.com/${page}>`,
  ]),
)}
`
}

function fleetRow(sessions: number, size: Size, counts: Counts): string[] {
  const fleet = { sessions, connectors: connectorsFor(sessions, size), shards: shardsFor(sessions, size) }
  return [
    whole(sessions),
    `${fleet.connectors} of ${size.gb} GB`,
    whole(fleet.shards),
    whole(leaseReads(fleet)),
    whole(idleMinute(fleet, counts).readUnits / 60),
    roundOf(sessions),
    dollars(totalOf(fixedOf(sessions, size, counts))),
  ]
}

/** From the partition of the leases, a second. */
const leaseReads = ({ connectors, shards }: { connectors: number; shards: number }): number =>
  (leaseLook(shards) * connectors * 1_000) / Timing.parse({}).LEASE_LOOK_MS

/** With four shards each, until their looks at the leases use up a partition. */
function mostConnectors(): number {
  let connectors = 1
  const reads = (count: number) => leaseReads({ connectors: count, shards: 4 * count })
  while (reads(connectors + 1) <= LIMITS.partitionReads.most) connectors++
  return connectors
}

function roundOf(sessions: number): string {
  const perRun = WITHIN / OF_A_SESSION
  const runs = Math.ceil(sessions / perRun)
  return runs === 1 ? 'one run' : `${runs} runs, ${runs * CATCH_UP_EVERY} minutes`
}
