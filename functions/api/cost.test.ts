import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../test/support/api.ts'

/** What accepting a message costs is a promise: counted here at the clients, as AWS would count it. */
let w: World
let session: Session

beforeAll(async () => {
  w = await apiWorld()
  session = await w.connected()
})
afterAll(() => w.close())

const post = (sessionId: string, n = 0) =>
  w.request('POST', '/api/messages', { sessionId, to: `+49151000000${10 + (n % 80)}`, text: `message ${n}` })

async function costOf(work: () => Promise<unknown>) {
  const before = { ...w.calls }
  await work()
  return { database: w.calls.database - before.database, queue: w.calls.queue - before.queue }
}

test('the first request of an account in a minute is counted, which is two calls', async () => {
  expect(await costOf(() => w.request('GET', `/api/sessions/${'0'.repeat(32)}`))).toEqual({
    database: 3,
    queue: 0,
  })
})

test('a message alone: one read, one write, one send', async () => {
  expect(await costOf(() => post(session.id))).toEqual({ database: 2, queue: 1 })
})

test('messages that come together share the reads and the sends', async () => {
  const messages = 40
  const cost = await costOf(async () => {
    const posts = await Promise.all(Array.from({ length: messages }, (_, n) => post(session.id, n)))
    expect(posts.every(({ status }) => status === 202)).toBe(true)
  })
  expect(cost.database).toBeLessThanOrEqual(messages + 8)
  expect(cost.queue).toBeLessThanOrEqual(messages / 2)
})

test('a refused request costs one read at most, and none without a token', async () => {
  expect(await costOf(() => w.request('GET', '/api/sessions', undefined, { token: '' }))).toEqual({
    database: 0,
    queue: 0,
  })
  expect(await costOf(() => w.request('GET', '/api/sessions', undefined, { token: 'wrong' }))).toEqual({
    database: 1,
    queue: 0,
  })
  expect(await costOf(() => post('0'.repeat(32)))).toEqual({ database: 1, queue: 0 })
})

test('a token that is revoked does not open anything any more, at once', async () => {
  await w.account('brief')
  const token = 'token-brief'
  const list = () => w.request('GET', '/api/sessions', undefined, { token })
  expect((await list()).status).toBe(200)
  await w.replaceToken('brief', 'another')
  expect((await list()).status).toBe(401)
})
