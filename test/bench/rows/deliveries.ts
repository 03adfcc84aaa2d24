/**
 * Webhooks under load: many events to many endpoints of which one is dead, beside the same events to one endpoint alone.
 * Receivers take as long as a server on the internet does, so that what is measured is what endpoints do to each other.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { DeliveryConfig } from '#core/webhook/config.ts'
import { received } from '../../support/events.ts'
import { until } from '../../support/until.ts'
import { webhookSystem } from '../../support/webhook-system.ts'
import { type Receiver, receiver } from '../../support/webhooks.ts'
import { percentile } from '../parts/statistics.ts'
import { atMost, type Row } from '../row.ts'

const ENDPOINTS = 20
const CHATS = 200
const ANSWERS_AFTER_MS = 100
const STEADY = { perSecond: 20, seconds: 15 }
/** Of one request, as it is where nobody has said otherwise. */
const TIME_LIMIT_S = DeliveryConfig.shape.WEBHOOK_TIME_LIMIT_MS.parse(undefined) / 1_000
const WITHIN = { withinMs: 20 * 60_000, everyMs: 100 }

type System = Awaited<ReturnType<typeof webhookSystem>>

export const deliveries: Row = {
  name: 'deliveries',
  title: `Webhooks to ${ENDPOINTS} endpoints of which one is dead`,
  async run({ progress, events }) {
    progress('one endpoint alone')
    const alone = await burst(events, 1, 0)
    progress('all of them')
    const together = await burst(events, ENDPOINTS - 1, 1)
    progress('a steady stream')
    const delays = await steady(ENDPOINTS - 1, 1)
    const seconds = (ms: number) => Math.round(ms / 100) / 10
    const ms = (p: number) => Math.round(percentile(delays, p))
    return {
      figures: [
        { what: `${events} events to one endpoint alone`, unit: 's', ours: seconds(alone) },
        {
          what: `the same to ${ENDPOINTS - 1} beside a dead one, the slowest`,
          unit: 's',
          ours: seconds(together),
          goals: [atMost('ours', seconds(alone * 1.5))],
        },
        {
          what: 'deliveries a second, all together',
          unit: '/s',
          ours: Math.round((events * (ENDPOINTS - 1)) / (together / 1_000)),
        },
        { what: 'event to delivery, p50', unit: 'ms', ours: ms(0.5) },
        { what: 'event to delivery, p99', unit: 'ms', ours: ms(0.99), goals: [atMost('ours', 2_000)] },
      ],
      notes: [
        `${events} events of one session in ${CHATS} chats, to receivers that answer after ${ANSWERS_AFTER_MS} ms; the dead one takes the connection and never answers. Consumers are one process, receivers and database are on the same machine.`,
        `The delays are those of ${STEADY.perSecond} events a second for ${STEADY.seconds} s, from before the event is stored until the request is read, at every healthy endpoint.`,
        `What endpoints do to each other shows long before the last event: the dead one is waited for ${TIME_LIMIT_S} s at a time. \`events=10000\` goes on for as long as that takes, some minutes.`,
        'One alone is bounded by 32 requests at a time; all together share this machine, where in a deployment a few share a function.',
      ],
    }
  },
}

/** Events for one session, each in the next chat. */
const eventsFor = (system: System, session: { id: string; accountId: string }, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index
    const chatId = `4915${10_000_000 + (n % CHATS)}@s.whatsapp.net`
    return received(session, Date.now(), { chatId, text: `${n}` }, system.newEventId())
  })

async function open(healthy: number, dead: number) {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await webhookSystem())
  const session = await system.session()
  await pause(2)
  const receivers: Receiver[] = []
  for (let n = 0; n < healthy + dead; n++) {
    const one = stack.use(
      await receiver((response) => {
        if (n < healthy) setTimeout(() => response.writeHead(204).end(), ANSWERS_AFTER_MS)
      }),
    )
    if (n < healthy) receivers.push(one)
    await system.endpoint({ sessionId: session.id }, { url: one.url })
  }
  await system.start()
  const owned = stack.move()
  return { system, session, receivers, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** @returns ms until the last of the healthy ones has everything */
async function burst(count: number, healthy: number, dead: number): Promise<number> {
  await using its = await open(healthy, dead)
  const { system, session, receivers } = its
  const events = eventsFor(system, session, count)
  const began = performance.now()
  for (let start = 0; start < count; start += 500) await system.happen(events.slice(start, start + 500))
  await until(
    'everything is delivered',
    () => receivers.every(({ requests }) => requests.length >= count),
    WITHIN,
  )
  return performance.now() - began
}

/** @returns ms from each event to each of its deliveries */
async function steady(healthy: number, dead: number): Promise<number[]> {
  await using its = await open(healthy, dead)
  const { system, session, receivers } = its
  const delays: number[] = []
  const toldAt = new Map<string, number>()
  for (const one of receivers)
    one.behave((response, { body }) => {
      delays.push(performance.now() - (toldAt.get(body.id) ?? Number.NaN))
      setTimeout(() => response.writeHead(204).end(), ANSWERS_AFTER_MS)
    })
  const began = performance.now()
  for (let n = 0; n < STEADY.perSecond * STEADY.seconds; n++) {
    const wait = began + (n * 1_000) / STEADY.perSecond - performance.now()
    if (wait > 0) await pause(wait)
    const [event] = eventsFor(system, session, 1, n)
    toldAt.set(event!.id, performance.now())
    await system.happen([event!])
  }
  const all = STEADY.perSecond * STEADY.seconds * healthy
  await until('everything is delivered', () => delays.length >= all, WITHIN)
  return delays
}
