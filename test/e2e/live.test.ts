import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket as Ws } from 'ws'
import { type Live, type LiveEvent, type LiveOptions, live } from '../../client/live.ts'
import type { ClientFrame, ServerFrame } from '../../core/live/frames.ts'
import { type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

/** Live connections to a whole system: what is said on the wire, and the client that ships with it. */
let it: Stack
const LINE = '4915100000001'
const FRIEND = '4915100000002'
let sessionId: string

beforeAll(async () => {
  it = await stack()
  sessionId = await linked('front desk', LINE)
}, 120_000)
afterAll(() => it?.close())

const newSession = async (name: string) =>
  (await it.api<{ session: { id: string } }>('/api/sessions', { json: { name } })).body.session.id

async function linked(name: string, number: string): Promise<string> {
  const id = await newSession(name)
  await it.api(`/api/sessions/${id}/start`, { method: 'POST' })
  const { qrText } = await until(
    'a QR code',
    async () => {
      const { status, body } = await it.api<{ qrText: string }>(`/api/sessions/${id}/qr`)
      return status === 200 && body
    },
    { everyMs: 100 },
  )
  await it.sandbox(`/phones/${number}/scan`, { json: { qr: qrText } })
  await until('connected', async () => {
    const { body } = await it.api<{ status: string }>(`/api/sessions/${id}/status`)
    return body.status === 'connected'
  })
  return id
}

type Ticket = { ticket: string; url: string; expiresAt: string }
const ticket = async (): Promise<Ticket> =>
  (await it.api<Ticket>('/api/live/tickets', { method: 'POST' })).body
const write = async (text: string, from = FRIEND, to = LINE) =>
  (await it.sandbox<{ id: string }>(`/phones/${from}/send`, { json: { to, text } })).body.id
const textOf = ({ payload }: { payload: unknown }): string | undefined =>
  (payload as { message?: { text?: string } }).message?.text

/** A connection, and everything that was said on it. */
async function connection(protocols?: string[], headers: Record<string, string> = {}) {
  const opened = await ticket()
  const socket = new Ws(opened.url, protocols ?? ['linekeeper.v1', `linekeeper.ticket.${opened.ticket}`], {
    headers,
  })
  const frames: ServerFrame[] = []
  let closed: number | undefined
  socket.on('message', (data) => frames.push(JSON.parse(data.toString())))
  socket.on('close', (code) => {
    closed = code
  })
  socket.on('error', () => undefined)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_, { statusCode }) => reject(new Error(`refused: ${statusCode}`)))
  })
  const said = <T extends ServerFrame['type']>(type: T) =>
    frames.filter((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type)
  return {
    socket,
    frames,
    said,
    closed: () => closed,
    say: (frame: ClientFrame | string) =>
      socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    events: (): LiveEvent[] => said('events').flatMap(({ events }) => events),
    until: <T extends ServerFrame['type']>(type: T) => until(type, () => said(type)[0], { everyMs: 10 }),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** The client, and what it was told. */
function following(options: Partial<LiveOptions> = {}) {
  const heard: LiveEvent[] = []
  const volatile: LiveEvent[] = []
  const states: string[] = []
  const client: Live = live({
    ticket,
    sessions: [sessionId],
    onEvent: (event, isVolatile) => (isVolatile ? volatile : heard).push(event),
    onState: (state) => states.push(state),
    ...options,
  })
  return {
    ...client,
    heard,
    volatile,
    states,
    texts: () => heard.filter(({ type }) => type === 'message.received').map(textOf),
    live: () => until('live', () => states.at(-1) === 'live', { everyMs: 10 }),
    [Symbol.dispose]: () => client.close(),
  }
}

describe('who comes in', () => {
  test('with a ticket, once', async () => {
    const { ticket: secret, url, expiresAt } = await ticket()
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    expect(url).toBe(`${it.origin.replace('http', 'ws')}/live`)
    const protocols = ['linekeeper.v1', `linekeeper.ticket.${secret}`]
    using first = await connection(protocols)
    expect(first.socket.protocol).toBe('linekeeper.v1')
    await expect(connection(protocols)).rejects.toThrow('refused: 401')
  })

  test('with a token in a header, as programs have it', async () => {
    using own = await connection([], { authorization: `Bearer ${it.key}` })
    own.say({ type: 'ping', id: 'p1' })
    expect(await own.until('pong')).toEqual({ type: 'pong', id: 'p1' })
  })

  test('nobody else', async () => {
    await expect(connection(['linekeeper.v1'])).rejects.toThrow('refused: 401')
    await expect(connection([], { authorization: 'Bearer wrong' })).rejects.toThrow('refused: 401')
    await expect(connection(['linekeeper.v1', 'linekeeper.ticket.wrong'])).rejects.toThrow('refused: 401')
  })
})

describe('what is said', () => {
  test('a message is told when it is stored, to those who asked for its kind', async () => {
    using own = await connection()
    using other = await connection()
    own.say({ type: 'subscribe', id: 's1', sessions: [sessionId], events: ['message.received'] })
    other.say({ type: 'subscribe', sessions: '*', events: ['session.*'] })
    const { sessions, id } = await own.until('subscribed')
    expect([id, Object.keys(sessions)]).toEqual(['s1', [sessionId]])
    await other.until('subscribed')
    const written = await write('to be told')
    const told = await until('the event', () => own.events()[0], { everyMs: 10 })
    expect(told).toMatchObject({ type: 'message.received', sessionId, payload: { message: { id: written } } })
    expect(other.events()).toEqual([])
  })

  test('what was missed is replayed, then it goes on: no gap, no double', async () => {
    const texts = Array.from({ length: 30 }, (_, nth) => `before ${nth}`)
    using before = await connection()
    before.say({ type: 'subscribe', sessions: [sessionId], events: ['message.received'] })
    const { sessions } = await before.until('subscribed')
    before.socket.close()
    for (const text of texts.slice(0, 20)) await write(text)
    using after = await connection()
    const rest = Promise.all(texts.slice(20).map((text) => write(text)))
    after.say({ type: 'subscribe', sessions: [sessionId], events: ['message.received'], after: sessions })
    await rest
    await until('all of them', () => after.events().length >= texts.length, { everyMs: 10 })
    await write('the last')
    await until('the last', () => after.events().some((event) => textOf(event) === 'the last'))
    const ids = after.events().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(after.events().map(textOf)).toEqual(expect.arrayContaining(texts))
    expect(after.events()).toHaveLength(texts.length + 1)
    expect(ids).toEqual(ids.toSorted())
  })

  test('a state, and a new code, which is not in the log', async () => {
    const id = await newSession('a line to be linked')
    using own = await connection()
    own.say({ type: 'subscribe', sessions: [id] })
    await own.until('subscribed')
    await it.api(`/api/sessions/${id}/start`, { method: 'POST' })
    const { event } = await own.until('volatile')
    expect(event).toMatchObject({ type: 'session.qr', sessionId: id })
    expect(JSON.stringify(event)).not.toContain('@')
    expect(Object.keys(event.payload)).toEqual(['expiresAt'])
    await until('the state', () =>
      own
        .events()
        .some(({ type, payload }) => type === 'session.status' && payload.status === 'qr_generated'),
    )
    const { body } = await it.api<{ events: { type: string }[] }>(`/api/sessions/${id}/events`)
    expect(body.events.map(({ type }) => type)).not.toContain('session.qr')
    await it.api(`/api/sessions/${id}`, { method: 'DELETE' })
    expect(await own.until('ended')).toMatchObject({ sessionId: id, code: 'SESSION_NOT_FOUND' })
  })

  test('typing, which is in no log', async () => {
    using own = await connection()
    own.say({ type: 'subscribe', sessions: [sessionId], events: ['presence.update'] })
    await own.until('subscribed')
    const typing = { json: { to: LINE } }
    // Who has written is known by the phone number.
    await write('about to write more')
    await until('typing', async () => {
      await it.sandbox(`/phones/${FRIEND}/typing`, typing)
      return own.said('volatile').length > 0
    })
    expect(own.said('volatile')[0]?.event).toMatchObject({
      type: 'presence.update',
      payload: { chatId: `${FRIEND}@s.whatsapp.net`, participant: `+${FRIEND}`, state: 'composing' },
    })
  })

  test('what becomes of a conversation, whoever writes it down', async () => {
    using own = await connection()
    own.say({ type: 'subscribe', sessions: [sessionId], events: ['conversation.*'] })
    await own.until('subscribed')
    await write('an order, perhaps')
    const event = await until('the conversation', () => own.events()[0])
    const { id } = (event.payload as { conversation: { id: string } }).conversation
    await it.api(`/api/conversations/${id}/complete`, { method: 'POST' })
    await until('its end', () => own.events().some(({ type }) => type === 'conversation.completed'))
  })

  test('every session means those to come as well', async () => {
    using own = await connection()
    own.say({ type: 'subscribe', sessions: '*', events: ['session.created'] })
    await own.until('subscribed')
    const id = await newSession('a new one')
    await until('the new session', () => own.events().some((event) => event.sessionId === id))
    await it.api(`/api/sessions/${id}`, { method: 'DELETE' })
  })

  test('what is unsubscribed is silent', async () => {
    using own = await connection()
    using other = await connection()
    for (const one of [own, other]) {
      one.say({ type: 'subscribe', sessions: [sessionId] })
      await one.until('subscribed')
    }
    own.say({ type: 'unsubscribe', sessions: [sessionId] })
    expect(await own.until('unsubscribed')).toMatchObject({ sessions: [sessionId] })
    await write('for the other')
    await until('the other hears it', () => other.events().map(textOf).includes('for the other'))
    own.say({ type: 'ping' })
    await own.until('pong')
    expect(own.events().map(textOf)).not.toContain('for the other')
  })

  test.each([
    ['no JSON', '{', 'MALFORMED_JSON'],
    ['an unknown word', '{"type":"shout"}', 'VALIDATION_ERROR'],
    ['a filter that is none', { type: 'subscribe', sessions: '*', events: ['mess*'] }, 'VALIDATION_ERROR'],
    ['a session of nobody', { type: 'subscribe', sessions: ['0'.repeat(32)] }, 'SESSION_NOT_FOUND'],
  ] as [string, ClientFrame | string, string][])('%s is an error with a name', async (_, frame, code) => {
    using own = await connection()
    own.say(frame)
    expect(await own.until('error')).toMatchObject({ code })
    own.say({ type: 'ping' })
    await own.until('pong')
  })

  /** Two limits' worth and more: a minute may end in between. */
  test('who talks too much is closed, after it was said why', async () => {
    using own = await connection()
    for (let nth = 0; nth < 300; nth++) own.say({ type: 'ping' })
    expect(await own.until('error')).toMatchObject({ code: 'RATE_LIMITED', closing: true })
    expect(await until('the end', own.closed)).toBe(1001)
  })

  test('a frame that is too large ends the connection', async () => {
    using own = await connection()
    own.say(`{"type":"ping","id":"${'x'.repeat(40_000)}"}`)
    expect(await until('the end', own.closed)).toBe(1009)
  })
})

describe('server-sent events', () => {
  type Entry = { id?: string; event?: string; data?: string }

  /** The stream of the session, read into entries as a browser would. */
  async function stream(headers: Record<string, string> = {}, query = '') {
    const over = new AbortController()
    const answer = await fetch(`${it.origin}/api/sessions/${sessionId}/events/stream${query}`, {
      headers: { 'x-api-key': it.key, ...headers },
      signal: over.signal,
    })
    const entries: Entry[] = []
    const reading = (async () => {
      let text = ''
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk
        const parts = text.split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts)
          entries.push(Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s))))
      }
    })().catch(() => undefined)
    return {
      answer,
      events: () => entries.filter(({ data }) => data !== undefined),
      async [Symbol.asyncDispose]() {
        over.abort()
        await reading
      },
    }
  }
  const texts = (entries: Entry[]) => entries.map(({ data = '{}' }) => textOf(JSON.parse(data)))

  test('tell what happens, and go on behind the last id', async () => {
    let last: string | undefined
    {
      await using first = await stream({}, '?events=message.received')
      expect(first.answer.headers.get('content-type')).toBe('text/event-stream')
      await write('streamed')
      await until('the event', () => first.events().length === 1, { everyMs: 10 })
      const [event] = first.events()
      expect([event?.event, ...texts(first.events())]).toEqual(['message.received', 'streamed'])
      last = event?.id
    }
    await write('meanwhile')
    await using second = await stream({ 'last-event-id': last ?? '' }, '?events=message.received')
    await write('again')
    await until('both', () => second.events().length >= 2, { everyMs: 10 })
    expect(texts(second.events())).toEqual(['meanwhile', 'again'])
  })

  test('need a token, a session and a filter that is one', async () => {
    await using anonymous = await stream({ 'x-api-key': 'wrong' })
    expect(anonymous.answer.status).toBe(401)
    await using wrong = await stream({}, '?events=nonsense*')
    expect(wrong.answer.status).toBe(400)
  })
})

describe('the client', () => {
  test('is told what happens, in order', async () => {
    using client = following()
    await client.live()
    for (const text of ['one', 'two', 'three']) await write(text)
    await until('all three', () => client.texts().length === 3)
    expect(client.texts()).toEqual(['one', 'two', 'three'])
  })

  test('goes on where it was when it lost its socket, again and again: each event once, in order', async () => {
    const sockets = new Set<WebSocket>()
    const Native = globalThis.WebSocket
    class Remembered extends Native {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        sockets.add(this)
      }
    }
    globalThis.WebSocket = Remembered as typeof Native
    try {
      using client = following({ events: ['message.received'] })
      await client.live()
      const texts = Array.from({ length: 120 }, (_, nth) => `nr ${nth}`)
      for (const [nth, text] of texts.entries()) {
        await write(text)
        if (nth % 15 === 7) for (const socket of sockets) socket.close()
        if (nth % 15 === 14) await client.live()
      }
      await until('all of them', () => client.texts().length >= texts.length, { withinMs: 60_000 })
      expect(client.texts()).toEqual(texts)
      expect(client.states.filter((state) => state === 'live').length).toBeGreaterThan(3)
    } finally {
      globalThis.WebSocket = Native
    }
  })

  test('does not hold up the end of the system, and finds it again', async () => {
    using client = following({ events: ['message.received'] })
    await client.live()
    const began = performance.now()
    expect(await it.stop()).toEqual([])
    expect(performance.now() - began).toBeLessThan(10_000)
    await until('it has noticed', () => client.states.at(-1) !== 'live')
    await it.restart()
    await client.live()
    await until('the line is back', async () => {
      const { body } = await it.api<{ status: string }>(`/api/sessions/${sessionId}/status`)
      return body.status === 'connected'
    })
    await write('after the pause')
    await until('the message', () => client.texts().join() === 'after the pause')
  })

  test('goes on where it was when the system was killed in between', async () => {
    using client = following({ events: ['message.received'] })
    await client.live()
    await write('before the fall')
    await until('the first', () => client.texts().length === 1)
    await it.kill('all')
    await it.restart()
    await until('the line is back', async () => {
      const { body } = await it.api<{ status: string }>(`/api/sessions/${sessionId}/status`)
      return body.status === 'connected'
    })
    await write('after it')
    await until('the second', () => client.texts().length === 2, { withinMs: 60_000 })
    await client.live()
    await write('and then')
    await until('the third', () => client.texts().length === 3)
    expect(client.texts()).toEqual(['before the fall', 'after it', 'and then'])
  })
})
