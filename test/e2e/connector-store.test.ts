import pino from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Session } from '#core/session.ts'
import { type ConnectorWorld, connectorWorld, type Running } from '../support/connector.ts'
import { until } from '../support/until.ts'

const PHONE = '4915400000001'
const PEOPLE = ['4915400000011', '4915400000012', '4915400000013']
const EACH = 8
let world: ConnectorWorld
let connector: Running
let line: Session

/** What the connector has logged, and the names of the errors that it gave as the reason. */
const log: { msg: string; error?: string; err?: { type?: string } }[] = []
const logged = (since: number) => log.slice(since).map(({ msg }) => msg)

beforeAll(async () => {
  world = await connectorWorld({ timing: { STORE_SLOW_MS: 500, OVERLOOKED_AFTER_MS: 1_000 } })
  const lines = pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  connector = await world.connector('c1', {}, lines)
  line = await world.line(PHONE, { reconnectInterval: 200 })
})
afterEach(() => Object.assign(world.road, { delayMs: 0, isDown: false, throttled: 0 }))
afterAll(() => world.close())

/** The connector knows that something of the store has been failing for so long. */
const hasFailedFor = (ms: number): boolean =>
  Object.values(connector.health().failing).some((since) => Date.now() - Date.parse(since) > ms)

/** Messages both ways, all at once. What is sent during trouble has to be on the other side in the end, once. */
async function traffic(name: string): Promise<() => Promise<void>> {
  const before = (await world.statuses(line.id)).length
  const out: string[] = []
  const into: string[] = []
  for (let n = 0; n < EACH; n++)
    for (const person of PEOPLE) {
      out.push(await world.send(line.id, `+${person}`, `${name} out ${n}`))
      into.push((await world.phones.send(person, { to: PHONE, text: `${name} in ${n}` })).id)
    }
  return async () => {
    await until(
      'everything arrived',
      async () => {
        const inboxes = await Promise.all(PEOPLE.map((person) => world.phones.inbox(person)))
        const arrived = inboxes.flatMap(({ messages }) => messages.map(({ id }) => id))
        const events = await world.events(line.id)
        const received = events.flatMap((event) =>
          event.type === 'message.received' ? [event.payload.message.id] : [],
        )
        return out.every((id) => arrived.includes(id)) && into.every((id) => received.includes(id))
      },
      { withinMs: 60_000 },
    )
    const inboxes = await Promise.all(PEOPLE.map((person) => world.phones.inbox(person)))
    // A line that broke on the way is answered by sending again what the server had not acknowledged.
    const hasReconnected = (await world.statuses(line.id))
      .slice(before)
      .some((status) => status.startsWith('connecting'))
    const most = hasReconnected ? 2 : 1
    for (const { messages, undecryptable } of inboxes) {
      expect(undecryptable).toBe(0)
      expect(messages.filter(({ copies }) => copies > most)).toEqual([])
    }
    const received = (await world.events(line.id)).flatMap((event) =>
      event.type === 'message.received' ? [event.payload.message.id] : [],
    )
    expect(received.filter((id) => into.includes(id))).toHaveLength(into.length)
    for (const id of out)
      await until('delivered', async () => (await world.message(line.id, id))?.status === 'delivered')
  }
}

test('a store that takes 50 ms for everything costs time only', async () => {
  world.road.delayMs = 50
  const arrived = await traffic('slow')
  await arrived()
  expect((await world.find(line.id)).state.status).toBe('connected')
})

test('a store that refuses two calls of three loses nothing', async () => {
  const before = log.length
  world.road.throttled = 0.66
  const arrived = await traffic('throttled')
  await until('the connector has noticed, and many calls were refused', () => {
    const said = JSON.stringify(log.slice(before))
    return /Throttling|ProvisionedThroughputExceeded/.test(said) && world.seen.throttled > 20
  })
  world.road.throttled = 0
  await arrived()
})

test('a store that is away for two seconds is shown as the reason, also in the log, and everything arrives', async () => {
  const before = await world.statuses(line.id)
  const logBefore = log.length
  const sending = traffic('away')
  world.road.isDown = true
  const arrived = await sending
  await until('the connector has noticed for two seconds', () => hasFailedFor(2_000))
  await until('a heartbeat has failed', () =>
    logged(logBefore).includes('store unavailable: the heartbeat failed'),
  )
  world.road.isDown = false
  await arrived()
  await until('the reason is gone', async () => {
    const seen = (await world.statuses(line.id)).slice(before.length)
    return seen.some((status) => status.endsWith(': store_unavailable')) && seen.at(-1) === 'connected'
  })
  await until('it says that it lives', () => logged(logBefore).includes('heartbeats again'))
  const ofState = logged(logBefore).filter((sentence) => sentence.startsWith('device state'))
  expect(ofState).toEqual([
    'device state could not be committed; it is tried until it is',
    'device state is committed again',
  ])
})

test('a store that is away for so long that the leases lapse: all comes back by itself, and says why', async () => {
  const before = await world.statuses(line.id)
  const sending = traffic('long')
  world.road.isDown = true
  const arrived = await sending
  await until('its leases have lapsed', () => hasFailedFor(6_500))
  world.road.isDown = false
  await arrived()
  await until('it says why, and is connected', async () => {
    const seen = (await world.statuses(line.id)).slice(before.length)
    return seen.includes('connecting: store_unavailable') && seen.at(-1) === 'connected'
  })
})
