import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import { connectorProcesses } from '../../support/connector-process.ts'
import { until } from '../../support/until.ts'

const [PHONE, ANN, BOB, CAROL] = ['4915700000011', '4915700000012', '4915700000013', '4915700000014']
const OTHER = '4915700000015'
/** Requests at a time: among these, there is no order. */
const AT_ONCE = 50
let w: CapabilityWorld
let id: string
const { start, killAll } = connectorProcesses(() => w)

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
})
afterAll(async () => {
  killAll()
  await w.close()
})

const sent = async (to: string, text: string): Promise<string> => {
  const message = { sessionId: id, to, text }
  const { status, body } = await w.call<{ message: { id: string } }>('POST', '/api/messages', message)
  expect(status).toBe(202)
  return body.message.id
}
const inboxOf = async (number: string) => (await w.phones.inbox(number)).messages.map((one) => one.id)
const paced = (pacing: Record<string, unknown> | null) =>
  w.call('PUT', `/api/sessions/${id}/settings`, { settings: { pacing } })

capability(
  'Spread messages over time, and see why one waits',
  'PUT /api/sessions/{sessionId}/settings {settings} · GET /api/messages/{messageId}',
  async () => {
    expect(await paced({ perMinute: 12, typing: true })).toMatchObject({
      status: 200,
      body: { session: { settings: { pacing: { perMinute: 12, burst: 1, typing: true } } }, pending: [] },
    })
    const texts = Array.from({ length: 5 }, (_, n) => `burst ${n}`)
    const ids: string[] = []
    for (const text of texts) ids.push(await sent(ANN, text))
    const last = await until('it says why it waits', async () => {
      const shown = await w.shown(id, ids.at(-1) ?? '')
      return shown.waiting ? shown : undefined
    })
    expect(last).toMatchObject({ status: 'queued', waiting: { reason: 'pacing' } })
    expect(Date.parse((last.waiting as { until: string }).until)).toBeGreaterThan(Date.now())
    await until('the first is there', async () => (await inboxOf(ANN)).length > 0)
    expect((await inboxOf(ANN)).length).toBeLessThan(ids.length)

    await paced(null)
    await until('all of it', async () => (await inboxOf(ANN)).length === ids.length)
    expect(await inboxOf(ANN)).toEqual(ids)
    expect((await w.shown(id, ids.at(-1) ?? '')).waiting).toBeUndefined()
  },
)

capability(
  'See how many messages wait in each session, to spread load over several',
  'GET /api/sessions · GET /api/sessions/{sessionId}',
  async () => {
    type Line = { id: string; messageQueue: number }
    const other = await w.line(OTHER)
    const queues = async () => {
      const { body } = await w.call<{ sessions: Line[] }>('GET', '/api/sessions')
      return Object.fromEntries(body.sessions.map((one) => [one.id, one.messageQueue]))
    }
    const alone = async () => {
      const { body } = await w.call<{ session: Line }>('GET', `/api/sessions/${id}`)
      return body.session.messageQueue
    }
    await paced({ perMinute: 1 })
    const ids = await Promise.all(Array.from({ length: 7 }, (_, n) => sent(CAROL, `waits ${n}`)))
    await until('its connector says so', async () => (await queues())[id] === ids.length)
    expect([await alone(), (await queues())[other.id]]).toEqual([ids.length, 0])

    // Where no connector says anything, the ledger does.
    const [connector] = w.running
    await connector?.stop()
    if (connector) w.running.delete(connector)
    await until('nobody holds it', async () => {
      const { body } = await w.call<{ status: string }>('GET', `/api/sessions/${id}/status`)
      return body.status === 'disconnected'
    })
    expect((await queues())[id]).toBe(ids.length)
    await w.connector()
    await paced(null)
    await until('all of it', async () => (await inboxOf(CAROL)).length === ids.length)
    await until('nothing waits', async () => (await queues())[id] === 0)
  },
)

capability(
  'A thousand messages keep their pace and their order, each once, when connectors are killed',
  'POST /api/messages {text}',
  async () => {
    const [inProcess] = w.running
    await inProcess?.stop()
    await paced({ perMinute: 6_000, burst: 20 })
    let connector = start({ CONNECTOR_ID: 'victim' })
    await connector.ready()
    const ids: string[] = []
    for (let n = 0; n < 1_000; n += AT_ONCE)
      ids.push(
        ...(await Promise.all(Array.from({ length: AT_ONCE }, (_, m) => sent(BOB, `number ${n + m}`)))),
      )

    const seen: { from: number; to: number; count: number }[] = []
    const look = async () => {
      const from = Date.now()
      const count = (await inboxOf(BOB)).length
      seen.push({ from, to: Date.now(), count })
      return count
    }
    for (const goal of [150, 450, 700]) {
      await until(`${goal} are there`, async () => (await look()) >= goal, { withinMs: 90_000 })
      connector.child.kill('SIGKILL')
      await connector.ended()
      connector = start({ CONNECTOR_ID: 'victim' })
    }
    await until('all of them', async () => (await look()) >= ids.length, { withinMs: 120_000 })
    await pause(500)

    const { messages, undecryptable } = await w.phones.inbox(BOB)
    expect(undecryptable).toBe(0)
    expect(new Set(messages.map((one) => one.id))).toEqual(new Set(ids))
    expect(messages).toHaveLength(ids.length)
    const batches = messages.map(({ text = '' }) => Math.floor(Number(text.split(' ')[1]) / AT_ONCE))
    expect(batches).toEqual([...batches].sort((one, other) => one - other))
    // Never more than what time and the burst allow; what left before a look may be seen in it.
    for (const [index, { to, count }] of seen.entries())
      for (const earlier of seen.slice(0, index))
        expect(count - earlier.count).toBeLessThanOrEqual(((to - earlier.from) / 1_000 + 1) * 100 + 20 + 1)
  },
)
