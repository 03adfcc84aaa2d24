import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import * as Messages from '#core/message.ts'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../test/support/api.ts'
import { messageStatus } from '../../test/support/events.ts'
import { sweep } from './sweep.ts'

let w: World
const NOTHING = { carried: 0, refused: 0, waiting: 0, removed: 0, nudged: 0, more: false }

beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

const post = async (session: Session, text: string) =>
  (await w.request('POST', '/api/messages', { sessionId: session.id, to: '+4915100000003', text })).body
    .message.id
const again = async () =>
  (await w.commands()).flatMap(({ command }) =>
    command.type === 'message.send' && command.again ? [command.messageId] : [],
  )

test('what the queue forgot is carried again, once', async () => {
  const session = await w.connected()
  const ids = [await post(session, 'one'), await post(session, 'two')]
  await w.commands()
  expect(await sweep(w.deps)).toEqual(NOTHING)

  w.clock.now += 11_000
  expect(await sweep(w.deps)).toEqual({ ...NOTHING, carried: 2 })
  expect((await again()).toSorted()).toEqual(ids.toSorted())
  expect(await sweep(w.deps)).toEqual(NOTHING)
  expect(await again()).toEqual([])
})

test('messages of one session are carried in the order in which they were accepted', async () => {
  const session = await w.connected()
  const ids: string[] = []
  for (let n = 0; n < 12; n++) {
    ids.push(await post(session, `number ${n}`))
    w.clock.now += 1
  }
  await w.commands()
  w.clock.now += 11_000
  await sweep(w.deps)
  expect(await again()).toEqual(ids)
})

test('still not taken a minute later, it is carried once more; taken, never again', async () => {
  const session = await w.connected()
  const id = await post(session, 'lost twice')
  w.clock.now += 11_000
  await sweep(w.deps)
  w.clock.now += 61_000
  await w.commands()
  await sweep(w.deps)
  expect(await again()).toContain(id)

  const line = { id: session.id, accountId: 'acme' }
  await append(w.store, w.retention, [messageStatus(line, w.clock.now, id, 'queued')])
  w.clock.now += 3_600_000
  await sweep(w.deps)
  expect(await again()).not.toContain(id)
})

test('two sweepers at the same time carry a message once', async () => {
  const id = await post(await w.connected(), 'once')
  await w.commands()
  w.clock.now += 11_000
  const sweeps = await Promise.all([sweep(w.deps), sweep(w.deps), sweep(w.deps)])
  expect(sweeps.reduce((sum, { carried }) => sum + carried, 0)).toBe(1)
  expect((await again()).filter((carried) => carried === id)).toHaveLength(1)
})

test('messages of a stopped session wait, and go when it is started again', async () => {
  const session = await w.connected()
  const id = await post(session, 'patience')
  await w.request('POST', `/api/sessions/${session.id}/stop`)
  w.clock.now += 11_000
  expect((await sweep(w.deps)).waiting).toBe(1)
  expect((await sweep(w.deps)).waiting).toBe(0)
  await w.request('POST', `/api/sessions/${session.id}/start`)
  await w.commands()
  w.clock.now += 31_000
  await sweep(w.deps)
  expect(await again()).toContain(id)
})

test('an intent that nobody looked at is told again, until it is done', async () => {
  await w.commands()
  const { id } = (await w.request('POST', '/api/sessions', { name: 'x' })).body.session
  await w.request('POST', `/api/sessions/${id}/start`)
  const nudges = async () => (await w.commands()).filter(({ sessionId }) => sessionId === id).length
  expect(await nudges()).toBe(1)
  await sweep(w.deps)
  expect(await nudges()).toBe(0)
  w.clock.now += 10_000
  await sweep(w.deps)
  expect(await nudges()).toBe(1)
  await w.record(id, { doneIntent: 1, state: { status: 'connecting' } })
  w.clock.now += 10_000
  await sweep(w.deps)
  expect(await nudges()).toBe(0)
})

test('a run is bounded, and the next one goes on where it stopped', async () => {
  const session = await w.connected()
  for (let n = 0; n < 7; n++) await post(session, `${n}`)
  w.clock.now += 11_000
  const first = await sweep(w.deps, 3)
  expect(first).toMatchObject({ carried: 3, more: true })
  const second = await sweep(w.deps, 100)
  expect(second).toMatchObject({ carried: 4, more: false })
})

test('leftovers of a session that is gone are removed', async () => {
  const session = await w.connected()
  const id = await post(session, 'late')
  await w.store.remove('main', { pk: `SESSION#${session.id}`, sk: 'SESSION' })
  w.clock.now += 11_000
  expect((await sweep(w.deps)).removed).toBe(1)
  expect(await Messages.findOutgoing(w.store, session.id, id)).toBeUndefined()
})

test('a queue that is down leaves the messages for later', async () => {
  const session = await w.connected()
  const id = await post(session, 'later')
  await w.commands()
  w.clock.now += 11_000
  const broken = { send: () => Promise.reject(new Error('down')), check: () => Promise.resolve() }
  expect(await sweep({ ...w.deps, commands: broken })).toMatchObject({ carried: 0, refused: 1 })
  w.clock.now += 61_000
  await sweep(w.deps)
  expect(await again()).toContain(id)
})

test('one session that cannot be attended to keeps no other waiting, and the run says so', async () => {
  const [bad, good] = [await w.connected(), await w.connected()]
  const [stuck, carried] = [await post(bad, 'stuck'), await post(good, 'carried')]
  await w.commands()
  w.clock.now += 11_000
  const store = {
    ...w.store,
    update: (...args: Parameters<typeof w.store.update>) =>
      args[1].pk.includes(stuck) ? Promise.reject(new Error('broken')) : w.store.update(...args),
  }
  await expect(sweep({ ...w.deps, store })).rejects.toThrow('1 shards or sessions')
  expect(await again()).toEqual([carried])
  await sweep(w.deps)
  expect(await again()).toEqual([stuck])
})

test('a shard with more than a run takes does not starve the others', async () => {
  const [busy, quiet] = await ofTwoShards()
  const waiting = await post(quiet, 'one')
  const seen: string[] = []
  for (let run = 0; run < 5 * w.deps.shards && !seen.includes(waiting); run++) {
    for (let n = 0; n < 4; n++) await post(busy, `${run} ${n}`)
    await w.commands()
    w.clock.now += 60_000
    await sweep(w.deps, 3)
    seen.push(...(await again()))
  }
  expect(seen).toContain(waiting)
})

/** The first of them is swept before the second, were the shards always taken in one order. */
async function ofTwoShards(): Promise<[Session, Session]> {
  const sessions = [await w.connected()]
  while (new Set(sessions.map(({ shard }) => shard)).size < 2) sessions.push(await w.connected())
  const [first, last] = sessions
    .toSorted((one, other) => one.shard - other.shard)
    .filter((one, at, all) => at === 0 || one.shard !== all[0]?.shard)
  if (!first || !last) throw new Error('two shards were to be had')
  return [first, last]
}
