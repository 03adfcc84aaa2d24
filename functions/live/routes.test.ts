import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { make, regenerateKey } from '#core/access/tokens.ts'
import * as Connections from '#core/live/connection.ts'
import { TICKET_PREFIX } from '#core/live/frames.ts'
import { welcome } from '#core/live/subscribe.ts'
import * as Subscriptions from '#core/live/subscription.ts'
import { issue, redeem, TICKET_LIFE } from '#core/live/ticket.ts'
import { change } from '#core/sessions/index.ts'
import { tokenKey } from '#core/token.ts'
import { type LiveWorld, liveWorld } from '../../test/support/live.ts'
import { connect } from './gate.ts'
import { liveRoutes } from './routes.ts'

let w: LiveWorld
let made = 0
let id: string
beforeAll(async () => {
  w = await liveWorld()
})
afterAll(() => w.close())
beforeEach(() => {
  w.clock.now += 60_000
  w.due.length = 0
  w.sent.length = 0
  id = `c${++made}`
})
const holder = { accountId: 'acme', token: tokenKey('token-acme').pk }
const last = () => w.said(id).at(-1)

describe('the ticket', () => {
  test('is kept as its hash, lasts a minute, and opens once', async () => {
    const { ticket, expiresAt } = await issue(w.store, holder)
    expect(Date.parse(expiresAt)).toBe(w.clock.now + TICKET_LIFE * 1_000)
    expect(await redeem(w.store, ticket)).toEqual(holder)
    expect(await redeem(w.store, ticket)).toBeUndefined()
    const late = await issue(w.store, holder)
    w.clock.now += TICKET_LIFE * 1_000
    expect(await redeem(w.store, late.ticket)).toBeUndefined()
    expect(await redeem(w.store, '')).toBeUndefined()
  })

  test('of many who come with it at once one is let in', async () => {
    const { ticket } = await issue(w.store, holder)
    const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(w.store, ticket)))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })
})

describe('who comes in', () => {
  test('by a ticket among the protocols, as API Gateway hands it over', async () => {
    const { ticket } = await issue(w.store, holder)
    const answer = await liveRoutes(w.deps)({
      requestContext: { routeKey: '$connect', connectionId: id },
      headers: { 'Sec-WebSocket-Protocol': `linekeeper.v1, ${TICKET_PREFIX}${ticket}`, Host: 'x' },
      isBase64Encoded: false,
    })
    expect(answer).toEqual({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'linekeeper.v1' } })
    expect(await Connections.find(w.store, id)).toMatchObject({ accountId: 'acme' })
  })

  test('by a token in a header', async () => {
    expect(await connect(w.deps, id, { 'x-api-key': 'token-acme' })).toEqual({ statusCode: 200 })
  })

  test.each([
    {},
    { authorization: 'Bearer token-nobody' },
    { 'sec-websocket-protocol': 'linekeeper.v1' },
    { 'sec-websocket-protocol': `${TICKET_PREFIX}wrong`, authorization: 'Bearer token-acme' },
  ])('nobody else: %j', async (headers) => {
    const { statusCode, body = '' } = await connect(w.deps, id, headers)
    expect([statusCode, JSON.parse(body)]).toEqual([401, expect.objectContaining({ code: 'UNAUTHORIZED' })])
    expect(body).not.toContain('nobody')
    expect(await Connections.find(w.store, id)).toBeUndefined()
  })

  test('only so many of an account, and those that are dead make room', async () => {
    const ids = Array.from({ length: Connections.CONNECTIONS }, (_, nth) => `crowd-${nth}`)
    await w.account('crowd')
    for (const one of ids) expect((await w.open(one, 'crowd')).statusCode).toBe(200)
    const { statusCode, body = '' } = await w.open(id, 'crowd')
    expect([statusCode, JSON.parse(body).code]).toEqual([429, 'LIVE_LIMIT_REACHED'])
    w.gone.add('crowd-7')
    expect((await w.open(id, 'crowd')).statusCode).toBe(200)
    expect(await Connections.find(w.store, 'crowd-7')).toBeUndefined()
  })
})

describe('what is said', () => {
  test('a session of somebody else is one that does not exist', async () => {
    const theirs = await w.session('other')
    await w.open(id)
    await w.say(id, { type: 'subscribe', id: 's', sessions: [theirs.id] })
    expect(last()).toMatchObject({
      type: 'error',
      id: 's',
      code: 'SESSION_NOT_FOUND',
      details: { sessions: [theirs.id] },
    })
    expect(await Subscriptions.ofSession(w.store, theirs.id)).toEqual([])
  })

  test('the connector of a running session is nudged, that of another is not', async () => {
    const { intend } = await import('#core/sessions/index.ts')
    const running = await intend(w.domain, await w.session('acme'), 'start')
    const resting = await w.session('acme')
    w.sent.length = 0
    await w.open(id)
    await w.say(id, { type: 'subscribe', sessions: [running.id, resting.id] })
    expect(w.sent.map(({ sessionId, command }) => [sessionId, command.type])).toEqual([
      [running.id, 'session.intent'],
    ])
    expect(w.due.map((one) => one.id).toSorted()).toEqual([running.id, resting.id].toSorted())
  })

  test('every session: those that are there, and those that come', async () => {
    await w.account('growing')
    const first = await w.session('growing')
    await w.open(id, 'growing')
    await w.say(id, { type: 'subscribe', sessions: '*', events: ['session.*'] })
    const later = await w.session('growing')
    await welcome(w.deps, later)
    await w.run()
    expect(w.saidAs(id, 'events').map(({ sessionId }) => sessionId)).toEqual([later.id])
    await w.say(id, { type: 'unsubscribe', sessions: '*' })
    expect(last()).toMatchObject({ type: 'unsubscribed' })
    const third = await w.session('growing')
    await welcome(w.deps, third)
    for (const { id: sessionId } of [first, later, third])
      expect(await Subscriptions.ofSession(w.store, sessionId)).toEqual([])
  })

  test('who goes on with every session misses none that was made meanwhile, and restarts none', async () => {
    await w.account('returning')
    const [known, made] = [await w.session('returning'), await w.session('returning')]
    await w.open(id, 'returning')
    await w.say(id, { type: 'subscribe', sessions: '*' })
    const sessions = w.saidAs(id, 'subscribed')[0]?.sessions ?? {}
    await w.say(id, { type: 'subscribe', sessions: [known.id], after: { [known.id]: sessions[known.id] } })
    await w.say(id, { type: 'unsubscribe', sessions: [made.id] })
    await w.say(id, { type: 'subscribe', sessions: '*', after: {} })
    await w.run()
    const told = w.saidAs(id, 'events')
    expect(told.map(({ sessionId, events }) => [sessionId, events.map(({ type }) => type)])).toEqual([
      [made.id, ['session.created']],
    ])
  })

  test('the key of a session opens a connection that hears of that session alone', async () => {
    const [own, other] = [await w.session('acme'), await w.session('acme')]
    const secret = await regenerateKey(w.store, own)
    expect((await connect(w.deps, id, { 'x-api-key': secret })).statusCode).toBe(200)
    await w.say(id, { type: 'subscribe', sessions: [other.id] })
    expect(last()).toMatchObject({ type: 'error', code: 'SESSION_NOT_FOUND' })
    await w.say(id, { type: 'subscribe', sessions: '*' })
    expect(Object.keys(w.saidAs(id, 'subscribed')[0]?.sessions ?? {})).toEqual([own.id])
    await welcome(w.deps, await w.session('acme'))
    expect((await Subscriptions.ofConnection(w.store, id)).map(({ sessionId }) => sessionId)).toEqual([
      own.id,
    ])
    const { ticket } = await issue(w.store, { ...holder, sessionId: own.id })
    expect(await redeem(w.store, ticket)).toMatchObject({ sessionId: own.id })
  })

  test('a session that is bound to addresses is heard from those', async () => {
    await w.account('bound')
    const [open, bound] = [await w.session('bound'), await w.session('bound')]
    await change(w.store, bound.id, { settings: { ipWhitelist: ['203.0.113.0/24'] } })
    const headers = { 'x-api-key': 'token-bound' }
    await connect(w.deps, id, headers, '198.51.100.1')
    await w.say(id, { type: 'subscribe', sessions: [open.id, bound.id] })
    expect(last()).toMatchObject({ type: 'error', code: 'FORBIDDEN', details: { sessions: [bound.id] } })
    await w.say(id, { type: 'subscribe', sessions: '*' })
    expect(Object.keys(w.saidAs(id, 'subscribed')[0]?.sessions ?? {})).toEqual([open.id])
    const other = `${id}-office`
    await connect(w.deps, other, headers, '203.0.113.9')
    await w.say(other, { type: 'subscribe', sessions: [bound.id] })
    expect(w.saidAs(other, 'subscribed')).toHaveLength(1)
  })

  test('a token without the scope for events does not come in', async () => {
    const owner = { accountId: 'acme', scopes: ['*'] }
    const { secret } = await make(w.store, owner, { name: 'writer', scopes: ['messages:*'] })
    const { statusCode, body = '' } = await connect(w.deps, id, { 'x-api-key': secret })
    expect([statusCode, JSON.parse(body).code]).toEqual([403, 'FORBIDDEN'])
  })

  test('a connection hears of so many sessions', async () => {
    await w.open(id)
    const expiresAt = Math.floor(w.clock.now / 1_000) + 60
    for (let nth = 0; nth < Subscriptions.SUBSCRIPTIONS; nth++)
      await Subscriptions.put(w.store, {
        ...holder,
        sessionId: `s${nth}`,
        connectionId: id,
        events: ['*'],
        cursor: '0',
        expiresAt,
      })
    const { id: sessionId } = await w.session('acme')
    await w.say(id, { type: 'subscribe', sessions: [sessionId] })
    expect(last()).toMatchObject({ type: 'error', code: 'LIVE_LIMIT_REACHED' })
    await w.leave(id)
    expect(await Subscriptions.ofConnection(w.store, id)).toEqual([])
  })

  test('nobody talks without end, and a new minute is a new count', async () => {
    await w.open(id)
    for (let nth = 0; nth < Connections.FRAMES_PER_MINUTE; nth++) await w.say(id, { type: 'ping' })
    expect(last()).toEqual({ type: 'pong' })
    w.clock.now += 60_000
    await w.say(id, { type: 'ping', id: 'again' })
    expect(last()).toEqual({ type: 'pong', id: 'again' })
    for (let nth = 0; nth < Connections.FRAMES_PER_MINUTE; nth++) await w.say(id, { type: 'ping' })
    expect(last()).toMatchObject({ type: 'error', code: 'RATE_LIMITED', closing: true })
    expect(w.closed).toContain(id)
    expect(await Connections.find(w.store, id)).toBeUndefined()
  })

  test('a connection that is over, or whose token is, has to be opened anew', async () => {
    await w.account('brief')
    await w.open(id, 'brief')
    await w.store.remove('main', tokenKey('token-brief'))
    await w.say(id, { type: 'ping' })
    expect(last()).toMatchObject({ type: 'error', code: 'UNAUTHORIZED', closing: true })
    await w.say('never-opened', { type: 'ping' })
    expect(w.said('never-opened').at(-1)).toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test.each([
    ['[]', 'VALIDATION_ERROR'],
    ['null', 'VALIDATION_ERROR'],
    ['{"type":"subscribe","sessions":[]}', 'VALIDATION_ERROR'],
    ['{"type":"subscribe","sessions":["x"]}', 'VALIDATION_ERROR'],
    ['{"type":"subscribe","sessions":"*","after":{"x":"y"}}', 'VALIDATION_ERROR'],
    ['{"type":"subscribe","sessions":"*","more":1}', 'VALIDATION_ERROR'],
    ['', 'MALFORMED_JSON'],
  ])('%s is refused by name, and the connection goes on', async (text, code) => {
    await w.open(id)
    await w.say(id, text)
    expect(last()).toMatchObject({ type: 'error', code })
    await w.say(id, { type: 'ping' })
    expect(last()).toEqual({ type: 'pong' })
  })
})
