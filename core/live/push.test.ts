import { ulid } from 'ulid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { iso } from '#core/platform/clock.ts'
import type { Session } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { tokenKey } from '#core/token.ts'
import { RETENTION } from '../../test/support/domain.ts'
import { messageStatus, received } from '../../test/support/events.ts'
import { type LiveWorld, liveWorld } from '../../test/support/live.ts'
import { LIFE } from './connection.ts'
import { isListenedTo } from './mark.ts'
import * as Subscriptions from './subscription.ts'

let w: LiveWorld
let session: Session
let connections = 0
beforeAll(async () => {
  w = await liveWorld()
})
afterAll(() => w.close())
beforeEach(async () => {
  w.clock.now += 60_000
  w.due.length = 0
  w.before.send = async () => undefined
  session = await w.session('acme')
})

/** An id of its own for each. */
async function subscribed(frame: Record<string, unknown> = {}): Promise<string> {
  const id = `c${++connections}`
  expect((await w.open(id)).statusCode).toBe(200)
  await w.say(id, { type: 'subscribe', sessions: [session.id], ...frame })
  await w.run()
  return id
}
const store = async (...ats: number[]): Promise<string[]> => {
  const events = ats.map((at) => messageStatus(session, w.clock.now + at, `M${at}`, 'read'))
  await append(w.store, RETENTION, events)
  return events.map(({ id }) => id)
}
const listeners = () => Subscriptions.ofSession(w.store, session.id)
const stored = async () => (await Sessions.find(w.store, session.id)) as Session

describe('what a listener is told', () => {
  test('what was stored since, once, however often it is looked', async () => {
    const id = await subscribed()
    const ids = await store(1, 2, 3)
    await w.push(session.id)
    await w.push(session.id)
    expect(w.told(id)).toEqual(ids)
  })

  test('what it asked for, and the rest is passed over for good', async () => {
    const id = await subscribed({ events: ['message.received'] })
    await store(1)
    await append(w.store, RETENTION, [received(session, w.clock.now + 2, {})])
    await w.push(session.id)
    expect(w.saidAs(id, 'events').flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'message.received',
    ])
    const [listener] = await listeners()
    expect(listener?.cursor).toBe(w.saidAs(id, 'events').at(-1)?.cursor)
  })

  test('a long log in pages, and the rest of it in the next run', async () => {
    const ids: string[] = []
    for (let part = 0; part < 12; part++)
      ids.push(...(await store(...Array.from({ length: 100 }, (_, nth) => part * 100 + nth + 1))))
    const id = await subscribed({ after: { [session.id]: '0' } })
    expect(w.told(id).slice(1)).toEqual(ids)
  })

  test('frames are small enough for API Gateway, and an event that is not comes without its payload', async () => {
    const at = w.clock.now
    const big = [10, 11, 12].map((nth) => received(session, at + nth, { text: 'ä'.repeat(30_000) }))
    await append(w.store, RETENTION, [...big, received(session, at + 20, { text: 'ä'.repeat(64_000) })])
    const id = await subscribed({ after: { [session.id]: '0' } })
    const frames = w.saidAs(id, 'events')
    for (const frame of frames) expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThan(128 * 1024)
    const events = frames.flatMap((frame) => frame.events)
    expect(events.map(({ tooLarge }) => tooLarge ?? false)).toEqual([false, false, false, false, true])
    expect(events.at(-1)?.payload).toEqual({})
  })

  test('volatile events, by their kind, and behind what is stored', async () => {
    const id = await subscribed({ events: ['presence.*', 'message.*'] })
    const deaf = await subscribed({ events: ['message.*'] })
    const place = { sessionId: session.id, accountId: 'acme', timestamp: iso(w.clock.now) }
    const payload = { chatId: 'x@g.us', participant: '+4915100000003', state: 'composing' as const }
    const typing = { ...place, id: ulid(w.clock.now), type: 'presence.update' as const, payload }
    const [first] = await store(1)
    await w.push(session.id, [typing])
    expect(
      w
        .said(id)
        .slice(-2)
        .map(({ type }) => type),
    ).toEqual(['events', 'volatile'])
    expect(w.told(deaf)).toEqual([first])
    expect(w.saidAs(deaf, 'volatile')).toEqual([])
  })

  test('that retention has taken what it had not seen', async () => {
    const id = await subscribed({ after: { [session.id]: ulid(w.clock.now - 8 * 86_400_000) } })
    expect(w.saidAs(id, 'gap')).toEqual([{ type: 'gap', sessionId: session.id }])
    await w.push(session.id)
    expect(w.saidAs(id, 'gap')).toHaveLength(1)
    expect(w.told(id)).toHaveLength(1)
  })

  test('that its session is deleted, with everything before that', async () => {
    const id = await subscribed()
    await Sessions.remove(w.domain, await stored())
    await w.push(session.id)
    const types = w
      .said(id)
      .flatMap((frame) => (frame.type === 'events' ? frame.events.map(({ type }) => type) : [frame.type]))
    expect(types).toEqual(['subscribed', 'session.deleted', 'ended'])
    expect(await listeners()).toEqual([])
  })
})

describe('what comes in between', () => {
  test('a run that dies behind a frame tells it once more, and forgets nothing', async () => {
    const id = await subscribed()
    const ids = await store(1, 2)
    const { transact, update } = w.store
    const dying = {
      ...w.deps,
      store: { ...w.store, transact, update: () => Promise.reject(new Error('dead')) },
    }
    const { push } = await import('./push.ts')
    await expect(push(dying, { id: session.id, accountId: 'acme' })).rejects.toThrow('dead')
    await w.push(session.id)
    expect(w.told(id)).toEqual([...ids, ...ids])
    expect(update).toBe(w.store.update)
  })

  test('who subscribes anew in the middle of a run goes on from where it said', async () => {
    const [first] = await store(1)
    const id = await subscribed({ after: { [session.id]: '0' } })
    const [second] = await store(5_000)
    let isFirst = true
    w.before.send = async () => {
      if (!isFirst) return
      isFirst = false
      await w.say(id, { type: 'subscribe', sessions: [session.id], after: { [session.id]: first } })
    }
    await w.push(session.id)
    await w.run()
    const told = w.told(id)
    expect(told.slice(told.indexOf(second as string))).toEqual([second, second])
  })

  test('who is gone is forgotten, with everything that it listened to', async () => {
    const id = await subscribed()
    const other = await w.session('acme')
    await w.say(id, { type: 'subscribe', sessions: [other.id] })
    w.gone.add(id)
    await store(1)
    await w.push(session.id)
    expect(await listeners()).toEqual([])
    expect(await Subscriptions.ofSession(w.store, other.id)).toEqual([])
  })

  test('whose token was revoked is told so, and closed', async () => {
    const id = 'revoked'
    await w.account('short-lived')
    session = await w.session('short-lived')
    await w.open(id, 'short-lived')
    await w.say(id, { type: 'subscribe', sessions: [session.id] })
    await w.store.remove('main', tokenKey('token-short-lived'))
    await store(1)
    await w.push(session.id)
    expect(w.told(id)).toEqual([])
    expect(w.said(id).at(-1)).toMatchObject({ type: 'error', code: 'UNAUTHORIZED', closing: true })
    expect(w.closed).toContain(id)
    expect(await listeners()).toEqual([])
  })
})

describe('whether somebody listens', () => {
  test('is marked by who does, and taken away by who finds nobody', async () => {
    expect(isListenedTo(await stored(), w.clock.now)).toBe(false)
    const id = await subscribed()
    expect(isListenedTo(await stored(), w.clock.now)).toBe(true)
    expect(isListenedTo(await stored(), w.clock.now + LIFE * 1_000)).toBe(false)
    await w.leave(id)
    w.clock.now += 1
    await w.push(session.id)
    expect(isListenedTo(await stored(), w.clock.now)).toBe(false)
  })

  test('is not taken away from who comes at that moment', async () => {
    const id = await subscribed()
    await w.leave(id)
    w.clock.now += 1
    const { query } = w.store
    const late: typeof query = async (...asked) => {
      const page = await query(...asked)
      await subscribed()
      return page
    }
    const { push } = await import('./push.ts')
    await push({ ...w.deps, store: { ...w.store, query: late } }, { id: session.id, accountId: 'acme' })
    expect(isListenedTo(await stored(), w.clock.now)).toBe(true)
  })
})
