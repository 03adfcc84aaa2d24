/** Counts anew, on a whole stack in front of metered engines (test/bench/parts), and keeps what was counted. */
import { writeFileSync } from 'node:fs'
import { Timing } from '../../connector/timing.ts'
import { countCosts } from '../bench/parts/costs.ts'
import { type Metered, openMetered } from '../bench/parts/metered.ts'
import { countWebhooks, WEBHOOK_ENV } from '../bench/parts/webhook-costs.ts'
import { COUNTS_FILE, type Cost, Counts, callsOf } from './counts.ts'
import { billedBytes, type StoredItem } from './stored.ts'

const KINDS = ['alone', 'spread', 'told alone', 'told busy'] as const
/** As local/environment.ts has it. */
const SHARDS = 16
/** On a busy machine nothing is given up, and nothing is told of as late: that would be counted as well. */
const PATIENT = {
  LEASE_TTL_MS: '120000',
  PROBE_TIMEOUT_MS: '60000',
  QUEUED_AFTER_MS: '60000',
}
const BEATS_A_MINUTE = 60_000 / Timing.parse({}).HEARTBEAT_MS

/** @throws Error when the machine was too busy to count what is asked in a minute */
export async function measure(): Promise<void> {
  await using metered = await openMetered({ ...WEBHOOK_ENV, ...PATIENT })
  const amounts = { idleMs: 20_000, alone: 6, load: 400, busy: 400 }
  const counted = await countCosts(metered, KINDS, amounts, (text) => process.stderr.write(`${text}\n`))
  const beats = callsOf(counted.idle, 'UpdateItem main CONNECTOR')
  if (Math.abs(beats / BEATS_A_MINUTE - 1) > 0.1)
    throw new Error(
      `The machine is too busy: ${beats} heartbeats in a minute of ${BEATS_A_MINUTE}. Count again.`,
    )
  const kinds = Object.fromEntries(
    KINDS.map((kind) => {
      const { out, in: received } = counted.kinds[kind]!
      return [kind, { out: caused(out, counted.idle), in: caused(received, counted.idle) }]
    }),
  )
  const stored = await measureStored(metered)
  const { alone, busy } = await countWebhooks(metered, amounts)
  const webhooks = { alone: caused(alone, counted.idle), busy: caused(busy, counted.idle) }
  const { idle } = counted
  const date = new Date().toISOString()
  const counts = Counts.parse({ date, shards: SHARDS, idle, kinds, webhooks, stored })
  writeFileSync(COUNTS_FILE, `${JSON.stringify(counts, rounded, 1)}\n`)
}

/** Without what is asked anyway: a little more of that in a stretch of time is no message's doing. */
const caused = (cost: Cost, idle: Cost): Cost => ({
  ...cost,
  by: Object.fromEntries(Object.entries(cost.by).filter(([name]) => !(name in idle.by))),
})

async function measureStored({ everyItem }: Metered): Promise<Counts['stored']> {
  const [main, messages, events, devices] = await Promise.all(
    (['main', 'messages', 'events', 'devices'] as const).map(async (table) =>
      (await everyItem(table)).map((item) => ({ item, bytes: billedBytes(table, item) })),
    ),
  )
  type Sized = { item: StoredItem; bytes: number }[]
  const starting = (items: Sized, prefix: string) =>
    items.filter(({ item }) => item.pk?.S?.startsWith(prefix))
  const told = ({ item }: Sized[number]) => item.type?.S?.startsWith('conversation.') === true
  const total = (items: Sized) => items.reduce((sum, { bytes }) => sum + bytes, 0)

  const all = starting(messages!, 'MESSAGE#')
  const inConversations = starting(messages!, 'CONVERSATION#')
  const ofConversations = [
    ...inConversations,
    ...starting(main!, 'CONVERSATION#'),
    ...starting(main!, 'SEEN#'),
  ]
  const sessions = new Set(devices!.map(({ item }) => item.pk?.S)).size
  return {
    message: total(all) / all.length,
    events: total(events!.filter((one) => !told(one))) / all.length,
    conversation: total(ofConversations) / inConversations.length,
    eventsOfConversation: total(events!.filter(told)) / inConversations.length,
    device: total(devices!) / sessions,
  }
}

const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value
