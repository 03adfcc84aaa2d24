import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEET_LOG, type FleetEvent } from '#core/contract/fleet.ts'
import type { Session } from '#core/session.ts'
import { type ConnectorWorld, connectorWorld, type Running } from '../support/connector.ts'
import { until } from '../support/until.ts'

const ANN = '4915600000099'
const LINES = 8
/** Long enough that no lease lapses because this machine is busy; and what takes less did not wait for one to lapse. */
const LEASE_TTL_MS = 10_000
let world: ConnectorWorld
let first: Running
let second: Running
const lines: Session[] = []

beforeAll(async () => {
  world = await connectorWorld({
    timing: { HEARTBEAT_MS: 500, LEASE_TTL_MS, FENCE_MARGIN_MS: 2_500, LEASE_LOOK_MS: 200 },
  })
  first = await world.connector('first')
  for (let n = 0; n < LINES; n++) lines.push(await world.line(`491560000000${10 + n}`))
})
afterAll(() => world.close())

const owned = (connector: Running) => connector.health().sessions.open ?? 0
const allConnected = () =>
  until('everyone is connected', async () => {
    const sessions = await Promise.all(lines.map(({ id }) => world.find(id)))
    const open = [first, second].reduce((sum, connector) => sum + owned(connector), 0)
    return open === LINES && sessions.every(({ state }) => state.status === 'connected')
  })
/**
 * Every line writes while `trouble` happens; each message has to be shown once, in the order in which it was sent. A
 * second copy of it, under the same id, may go over the wire where an answer of the server was lost.
 */
async function writingDuring(name: string, trouble: () => Promise<void>) {
  const texts = (line: number) => [1, 2, 3, 4, 5, 6].map((n) => `${name} ${line}.${n}`)
  const write = async (line: number) => {
    for (const text of texts(line)) await world.send(lines[line]!.id, `+${ANN}`, text)
  }
  await Promise.all([trouble(), ...lines.map((_, line) => write(line))])
  const arrived = await until(
    'all that was written',
    async () => {
      const { messages } = await world.phones.inbox(ANN)
      const mine = messages.filter(({ text }) => text?.startsWith(`${name} `))
      return mine.length >= LINES * 6 && mine
    },
    { withinMs: 60_000 },
  )
  expect(arrived.filter((message) => message.copies > 2)).toEqual([])
  for (const [line] of lines.entries()) {
    const inOrder = arrived.map(({ text }) => text).filter((text) => text?.startsWith(`${name} ${line}.`))
    expect(inOrder).toEqual(texts(line))
  }
  expect((await world.phones.inbox(ANN)).undecryptable).toBe(0)
}
const reasonsOf = async () => (await Promise.all(lines.map(({ id }) => world.statuses(id)))).flat()

test('a connector that joins is given its share while everybody writes, and WhatsApp sees no conflict', async () => {
  await writingDuring('join', async () => {
    second = await world.connector('second')
    await until('shared', () => second.health().shards.length === 2 && first.health().shards.length === 2)
  })
  await allConnected()
  expect(owned(second)).toBeGreaterThan(0)
  expect(await reasonsOf()).not.toContain('disconnected: replaced')
})

test('one that drains hands over at once, and nothing is lost or doubled', async () => {
  await writingDuring('drain', async () => {
    const startedAt = performance.now()
    await first.drain()
    await until('taken over', () => second.health().shards.length === 4, { everyMs: 10 })
    expect(performance.now() - startedAt).toBeLessThan(LEASE_TTL_MS)
  })
  await until('everyone is connected', () => owned(second) === LINES)
  expect(await reasonsOf()).not.toContain('disconnected: replaced')
})

test('when one ends without a word, the other takes over once its heartbeat has lapsed', async () => {
  first = await world.connector('first')
  await until('shared', () => owned(first) > 0 && owned(first) + owned(second) === LINES)
  await writingDuring('crash', () => second.stop())
  await until('everyone is connected', () => owned(first) === LINES)
})

test('who came, left and was lost stands in the log of the fleet, each once', async () => {
  const told = await until('the loss', async () => {
    const events = (await world.events(FLEET_LOG.sessionId)) as FleetEvent[]
    return events.some(({ type }) => type === 'connector.lost') && events
  })
  const of = (type: FleetEvent['type']) =>
    told.flatMap((event) =>
      event.type === type && 'connectorId' in event.payload ? [event.payload.connectorId] : [],
    )
  expect(of('connector.joined')).toEqual(['first', 'second', 'first'])
  expect(of('connector.left')).toEqual(['first'])
  expect(of('connector.lost')).toEqual(['second'])
})

test('the same id started again takes its shards back without waiting', async () => {
  await first.stop()
  const startedAt = performance.now()
  first = await world.connector('first')
  await until('everyone is connected', () => owned(first) === LINES, { everyMs: 10 })
  expect(performance.now() - startedAt).toBeLessThan(LEASE_TTL_MS)
  await writingDuring('again', async () => undefined)
})
