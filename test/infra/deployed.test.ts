import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as Messages from '#core/message.ts'
import { newMessageId } from '#core/platform/id.ts'
import * as Sessions from '#core/sessions/index.ts'
import { png } from '../support/files.ts'
import { completion, order } from '../support/twilio-model.ts'
import { until } from '../support/until.ts'
import { type Receiver, receiver } from '../support/webhooks.ts'
import { schedule, sqsBatch } from './deployed/events.ts'
import { hiddenTests } from './deployed/hidden.ts'
import { idleIn, SELDOM } from './deployed/idle.ts'
import { liveClient, textsIn } from './deployed/sockets.ts'
import { twilioTests } from './deployed/twilio.ts'
import { type Deployment, deploy, FUNCTIONS } from './deployment.ts'
import { buildBySteps } from './image/steps.ts'
import { snapshot } from './snapshot.ts'

/** Items of any shape: only their number matters. */
const ANYTHING = z.looseObject({})
const isText = (text: string) => (event: { type: string; payload: { message?: { text?: string } } }) =>
  event.type === 'message.received' && event.payload.message?.text === text
const PARTS = [...FUNCTIONS.map((component) => `${component}Function`), 'Connector']
const OWN = '+4915100000001'
const FRIEND = '+4915100000002'
const FRIEND_JID = '4915100000002@s.whatsapp.net'
let it: Deployment

beforeAll(async () => {
  it = await deploy(buildBySteps())
}, 300_000)
afterAll(async () => {
  await it?.[Symbol.asyncDispose]()
})

const post = (path: string, body?: unknown) =>
  it.call({ method: 'POST', path, ...(body ? { body: JSON.stringify(body) } : {}) })
const statusOf = async (id: string) => (await it.call({ path: `/api/sessions/${id}/status` })).json()
async function linked(name: string, number: string): Promise<string> {
  const { id } = (await post('/api/sessions', { name })).json().session
  await post(`/api/sessions/${id}/start`)
  const code = async () => (await it.call({ path: `/api/sessions/${id}/qr` })).json().qrText
  await it.phones.scan(number, await until('a QR code', code))
  await until('connected', async () => (await statusOf(id)).status === 'connected')
  return id
}
const numbers = () =>
  it.functions.Sweep.output
    .join('')
    .split('\n')
    .filter((line) => line.includes('"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, number>)

describe('requests as API Gateway hands them over', () => {
  test('a body in base64', async () => {
    const body = Buffer.from(JSON.stringify({ name: 'Büro ☎' }))
    const created = await it.call({ method: 'POST', path: '/api/sessions', body })
    expect(created.json().session.name).toBe('Büro ☎')
  })

  test('a named stage in front of the path', async () => {
    expect((await it.call({ path: '/api/sessions', stage: 'v1' })).status).toBe(200)
  })

  test('encoded characters in path and query', async () => {
    expect((await it.call({ path: '/api/sessions/a%2Fb' })).json().code).toBe('SESSION_NOT_FOUND')
    expect((await it.call({ path: '/api/sessions', query: 'limit=5&status=%E2%98%8E' })).status).toBe(400)
  })

  test('those that must be refused, by their names', async () => {
    const anonymous = await it.call({ path: '/api/sessions', headers: { authorization: 'Bearer wrong' } })
    expect([anonymous.status, anonymous.json().success]).toEqual([401, false])
    expect((await it.call({ method: 'POST', path: '/api/sessions', body: '{' })).status).toBe(400)
    expect((await it.call({ path: '/nowhere' })).status).toBe(404)
  })

  test('the reference page, whose files are in the archive', async () => {
    expect((await it.call({ path: '/docs' })).status).toBe(200)
    expect((await it.call({ path: '/docs/swagger-ui.css' })).status).toBe(200)
    expect((await it.call({ path: '/docs/swagger-ui-bundle.js' })).text.length).toBeGreaterThan(1_000_000)
  })
})

let id: string

describe('from nothing to a message that is read', () => {
  test('everything is well', async () => {
    await until('health', async () => {
      const answer = await it.call({ path: '/health' })
      return answer.status === 200 && answer.json().checks.connectors.alive === 1
    })
    expect(await it.connector.probe()).toBe(0)
  })

  test('a session is made, started, and linked by its QR code', async () => {
    id = await linked('front desk', OWN)
    expect((await statusOf(id)).phoneNumber).toBe(OWN)
  })

  test('a message goes out, arrives, and is read', async () => {
    const body = JSON.stringify({ sessionId: id, to: FRIEND, text: 'Hello' })
    const query = 'wait=server&timeout=20000'
    const sent = await it.call({ method: 'POST', path: '/api/messages', query, body })
    expect(sent.status, sent.text).toBe(202)
    const { message } = sent.json()
    expect(message.status).not.toBe('accepted')
    await until('it arrives', async () => (await it.phones.inbox(FRIEND)).messages.length === 1)
    await it.phones.read(FRIEND, [message.id])
    const status = async () => (await it.call({ path: `/api/messages/${message.id}` })).json().message.status
    await until('it is read', async () => (await status()) === 'read')
  })

  test('a message comes in', async () => {
    await it.phones.send(FRIEND, { to: OWN, text: 'Hello yourself' })
    const chats = await until('the chat', async () => {
      const { chats } = (await it.call({ path: `/api/sessions/${id}/chats` })).json()
      return chats[0]?.lastMessage.text === 'Hello yourself' && chats
    })
    const path = `/api/sessions/${id}/chats/${encodeURIComponent(chats[0].id)}/messages`
    await until('both messages', async () => (await it.call({ path })).json().messages.length === 2)
    expect((await it.call({ path: `/api/sessions/${id}/events` })).json().events.length).toBeGreaterThan(3)
    expect((await it.call({ path: `/api/messages/stats/${id}` })).status).toBe(200)
  })

  test('the sweep says how the fleet is, in the form that CloudWatch reads', async () => {
    const { result, error } = await it.functions.Sweep.invoke(schedule())
    expect(error).toBeUndefined()
    expect(result).toMatchObject({ carried: 0 })
    await until('the heartbeat has told of the session', async () => {
      await it.functions.Sweep.invoke(schedule())
      return numbers().at(-1)?.SessionsPerConnector === 1
    })
    expect(numbers().at(-1)).toMatchObject({ Connectors: 1, OrphanShards: 0, Sessions: 1 })
  })

  test('a message that SQS did not take arrives all the same', async () => {
    it.guards.ApiFunction?.down.add('sqs:SendMessage')
    const { message } = (await post('/api/messages', { sessionId: id, to: FRIEND, text: 'Late' })).json()
    it.guards.ApiFunction?.down.clear()
    const status = async () => (await it.call({ path: `/api/messages/${message.id}` })).json().message.status
    await until('it is delivered', async () => (await status()) === 'delivered', { withinMs: 30_000 })
  })

  test('a write whose answer got lost is written once', async () => {
    const { events } = it.tables
    it.guards.Connector?.silent.add(
      `dynamodb:PutItem on arn:aws:dynamodb:us-east-1:123456789012:table/${events}`,
    )
    await it.phones.send(FRIEND, { to: OWN, text: 'Only once' })
    const path = `/api/sessions/${id}/events`
    const told = async () =>
      (await it.call({ path, query: 'limit=100' })).json().events.filter(isText('Only once'))
    await until('it is told', async () => (await told()).length > 0)
    expect(await told()).toHaveLength(1)
  })

  test('a command that nobody understands is put back, and keeps no other from its turn', async () => {
    await it.command(id, 'nonsense')
    const sent = await post('/api/messages', { sessionId: id, to: FRIEND, text: 'After it' })
    const arrived = async () =>
      (await it.phones.inbox(FRIEND)).messages.some(({ text }) => text === 'After it')
    await until('the next one', arrived, { withinMs: 30_000 })
    expect(sent.status).toBe(202)
  })

  test('what comes in becomes part of a conversation, told by a queue', async () => {
    const { conversations } = await until('the conversation', async () => {
      const answer = (await it.call({ path: '/api/conversations' })).json()
      return answer.conversations.length === 1 && answer
    })
    expect(conversations[0]).toMatchObject({ status: 'active', phoneNumber: FRIEND })
    const path = `/api/conversations/${conversations[0].id}/messages`
    const reply = await it.call({ method: 'POST', path, body: JSON.stringify({ text: 'Thank you' }) })
    expect(reply.status, reply.text).toBe(202)
    const texts = async () => (await it.phones.inbox(FRIEND)).messages.map(({ text }) => text)
    await until('the reply arrives', async () => (await texts()).includes('Thank you'))
  })

  test('an order to a linked session is read by the model, and answered through the session', async () => {
    const both = { twilio: true, sessions: true }
    const body = JSON.stringify({ orders: both, replies: both })
    const changed = await it.call({ method: 'PUT', path: '/api/conversations/settings', body })
    expect(changed.status, changed.text).toBe(200)
    it.model.answers(() => ({ body: completion(order({ name: 'Product B', quantity: 3 })) }))
    await it.phones.send(FRIEND, { to: OWN, text: 'Three of product B' })
    const texts = async () => (await it.phones.inbox(FRIEND)).messages.map(({ text }) => text)
    await until('the reply', async () => (await texts()).some((text) => text?.includes('Product B')))
  })

  hiddenTests(
    () => it,
    () => ({ id, number: OWN }),
  )

  test('a file is uploaded, linked and sent, one that comes is kept, and all of them go with their session', async () => {
    const number = '+4915100000004'
    const desk = await linked('photo desk', number)
    const uploaded = await it.call({
      method: 'POST',
      path: `/api/sessions/${desk}/media`,
      query: 'kind=image',
      headers: { 'content-type': 'image/png' },
      body: png,
    })
    expect(uploaded.status, uploaded.text).toBe(201)
    const { id: file, url } = uploaded.json().media
    const { pathname, search } = new URL(url)
    const { status, headers } = await it.call({ path: pathname, query: search.slice(1) })
    expect(status).toBe(302)
    const inBucket = () => fetch(String(headers.location))
    expect(Buffer.from(await (await inBucket()).arrayBuffer()).equals(png)).toBe(true)

    const about = { kind: 'document', size: 7, fileName: 'later.txt' }
    const { upload } = (await post(`/api/sessions/${desk}/media/uploads`, about)).json()
    const early = await post(`/api/sessions/${desk}/media/uploads/${upload.id}/complete`)
    expect([early.status, early.json().code]).toEqual([404, 'MEDIA_NOT_FOUND'])

    const sent = await post('/api/messages', { sessionId: desk, to: FRIEND, image: { id: file } })
    expect(sent.status, sent.text).toBe(202)
    const shown = async (message: string) =>
      (await it.call({ path: `/api/messages/${message}` })).json().message
    await until('it is delivered', async () => (await shown(sent.json().message.id))?.status === 'delivered')
    const image = { data: png.toString('base64'), mimetype: 'image/png' }
    const { id: theirs } = await it.phones.send(FRIEND, { to: number, image })
    await until('its file is here', async () => (await shown(theirs))?.media?.state === 'stored')

    await it.call({ method: 'DELETE', path: `/api/sessions/${desk}` })
    await until('its files are gone', async () => (await inBucket()).status === 404)
  })

  test('settings, stop, start again without a new code, clear, delete', async () => {
    const second = await linked('night desk', '+4915100000003')
    const status = async () => (await statusOf(second)).status
    const body = JSON.stringify({ settings: { reconnectInterval: 900 } })
    const changed = await it.call({ method: 'PUT', path: `/api/sessions/${second}/settings`, body })
    expect(changed.status, changed.text).toBe(200)
    await post(`/api/sessions/${second}/stop`)
    await until('inactive', async () => (await status()) === 'inactive')
    await post(`/api/sessions/${second}/start`)
    await until('connected', async () => (await status()) === 'connected')
    await post('/api/messages', { sessionId: second, to: FRIEND, text: 'To be purged' })
    await post(`/api/sessions/${second}/clear-auth`)
    await until('forgotten', async () => (await status()) !== 'connected')
    expect((await it.call({ method: 'DELETE', path: `/api/sessions/${second}` })).status).toBe(200)
    expect((await it.call({ path: `/api/sessions/${second}` })).status).toBe(404)
    await until('its data is gone', async () => {
      const { items } = await it.store.query('events', ANYTHING, `SESSION#${second}`)
      return items.length === 0
    })
  })
})

describe('webhooks', () => {
  const told = (hook: Receiver, text: string) =>
    hook.requests.find(({ body }) => (body.payload.message as { text?: string } | undefined)?.text === text)

  test('one of the session and one of the account are told, each with its signature', async () => {
    await using own = await receiver((response) => setTimeout(() => response.writeHead(200).end(), 1_500))
    await using ofAll = await receiver()
    const made = (await post(`/api/sessions/${id}/webhooks`, { url: own.url, events: ['message.*'] })).json()
    await post('/api/webhooks', { url: ofAll.url })
    await it.phones.send(FRIEND, { to: OWN, text: 'Told by webhook' })
    await until('the first', () => told(own, 'Told by webhook') && told(ofAll, 'Told by webhook'))
    await it.phones.send(FRIEND, { to: OWN, text: 'While it answers' })
    const { text, headers } = await until('the second', () => told(own, 'While it answers'))
    expect(new Webhook(made.secret).verify(text, headers)).toMatchObject({ event: 'message.received' })
    const tried = (await post(`/api/sessions/${id}/webhooks/${made.webhook.id}/test`)).json()
    expect(tried.delivery).toMatchObject({ status: 'delivered', responseCode: 200 })
    expect((await it.functions.Rouse.invoke(schedule())).error).toBeUndefined()
  })

  test('one that fails is tried again, and one that is gone is given up', async () => {
    let answer = 500
    await using hook = await receiver((response) => response.writeHead(answer).end())
    const retries = { policy: 'constant', delaySeconds: 1, attempts: 30 }
    const at = `/api/sessions/${id}/webhooks`
    const { webhook } = (await post(at, { url: hook.url, events: ['message.*'], retries })).json()
    await it.phones.send(FRIEND, { to: OWN, text: 'Tried again' })
    const { body } = await until('an attempt', () => told(hook, 'Tried again'))
    answer = 200
    const path = `${at}/${webhook.id}/deliveries/${body.id}`
    const delivery = async () => (await it.call({ path })).json().delivery
    await until('it is delivered', async () => (await delivery()).status === 'delivered')
    expect((await delivery()).attempts).toBeGreaterThan(1)
    expect((await post(`${path}/resend`)).status).toBe(202)
    await until('it is sent once more', async () => (await delivery()).attempts > 2)
    answer = 410
    await it.phones.send(FRIEND, { to: OWN, text: 'Gone' })
    const shown = async () => (await it.call({ path: `${at}/${webhook.id}` })).json().webhook
    await until('it is disabled', async () => (await shown()).status === 'disabled')
    expect((await it.call({ method: 'DELETE', path: `${at}/${webhook.id}` })).status).toBe(200)
  })
})

describe('live connections', () => {
  test('a ticket of the API opens one, and what happens is told on it', async () => {
    const { ticket, url } = (await post('/api/live/tickets')).json()
    expect(url).toBe('wss://mock.execute-api.us-east-1.amazonaws.com/live')
    const { socket, told, say } = await liveClient(it.live, ['linekeeper.v1', `linekeeper.ticket.${ticket}`])
    expect(socket.protocol).toBe('linekeeper.v1')
    say({ type: 'subscribe', sessions: [id], events: ['message.*'] })
    say({ type: 'subscribe', sessions: '*', events: ['message.*', 'session.*'] })
    await until('the answer', () => told.some(({ type }) => type === 'subscribed'))
    await it.phones.send(FRIEND, { to: OWN, text: 'Told live' })
    await until('the event', () => textsIn(told).includes('Told live'))
    const { session } = (await post('/api/sessions', { name: 'short-lived' })).json()
    await it.call({ method: 'DELETE', path: `/api/sessions/${session.id}` })
    await until('its end', () => told.some(({ type }) => type === 'ended'))
    say({ type: 'unsubscribe', sessions: '*' })
    await until('silence', () => told.some(({ type }) => type === 'unsubscribed'))
    socket.close()
  })

  test('who has no ticket does not come in, and who has none left is shown out', async () => {
    await expect(liveClient(it.live, ['linekeeper.v1'])).rejects.toBeDefined()
    const { ticket } = (await post('/api/live/tickets')).json()
    const { socket, told, say } = await liveClient(it.live, ['linekeeper.v1', `linekeeper.ticket.${ticket}`])
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
    for (let nth = 0; nth < 300; nth++) say({ type: 'ping' })
    await until('the reason', () => told.some(({ code }) => code === 'RATE_LIMITED'))
    await closed
  })

  test('nobody listens any more, and that is found out', async () => {
    await it.phones.send(FRIEND, { to: OWN, text: 'To nobody' })
    const isMarked = async () => {
      const { listening } = (await Sessions.find(it.store, id)) ?? {}
      return listening && listening.at < listening.until
    }
    await until('the mark is gone', async () => !(await isMarked()))
  })
})

twilioTests(
  () => it,
  () => id,
)

describe.each(['Feed', 'Orders'] as const)('a batch of the queue of %s', (component) => {
  test('only what cannot be read comes again', async () => {
    const good = { Feed: { v: 1, events: [] }, Orders: { v: 1, seen: { pk: 'NOBODY', sk: 'NOTHING' } } }[
      component
    ]
    const event = sqsBatch('jobs', [JSON.stringify(good), 'nonsense', '{"v":99}'])
    const { result } = await it.functions[component].invoke(event)
    const [, second, third] = event.Records.map(({ messageId }) => ({ itemIdentifier: messageId }))
    expect(result).toEqual({ batchItemFailures: [second, third] })
  })
})

describe('at the end', () => {
  test('the container ends in time, by itself, and hands its shards back', async () => {
    const { code, ms } = await it.connector.stop()
    expect(code, it.connector.output.join('').slice(-2_000)).toBe(0)
    expect(ms).toBeLessThan(10_000)
    await it.functions.Sweep.invoke(schedule())
    expect(numbers().at(-1)).toMatchObject({ Connectors: 0 })
  })

  test('what nobody carried is carried by the sweep', async () => {
    const session = await Sessions.find(it.store, id)
    if (!session) throw new Error('the session is gone')
    const before = { ...it.store, now: () => it.store.now() - 60_000 }
    const retention = { eventSeconds: 3_600, messageSeconds: 3_600 }
    const to = FRIEND_JID
    const content = { type: 'text', text: 'Forgotten' }
    const message = { id: newMessageId(), chatId: to, to, content }
    const { accountId, shard } = session
    await Messages.accept(before, retention, {
      ...message,
      session: { id, accountId, shard, phoneNumber: OWN },
    })
    const { result } = await it.functions.Sweep.invoke(schedule())
    expect(result).toMatchObject({ carried: 1 })
    const nobody = { id: '0'.repeat(32), accountId, shard, phoneNumber: OWN }
    await Messages.accept(before, retention, { ...message, id: newMessageId(), session: nobody })
    expect((await it.functions.Sweep.invoke(schedule())).result).toMatchObject({ removed: 1 })
  })

  test('every item carries the version of its form', async () => {
    const unversioned = await it.everyItem(({ v }) => typeof v !== 'number')
    expect(unversioned.map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([])
  })

  test.runIf(process.env.SNAPSHOT)('the data of this version is kept', () => snapshot(it, id))

  test('no role was asked for more than it may', () => {
    const refused = Object.entries(it.guards).map(([name, guard]) => [name, [...guard.refused]])
    expect(Object.fromEntries(refused)).toEqual(Object.fromEntries(PARTS.map((name) => [name, []])))
  })

  test('no role may do what nothing of this needed', () => {
    expect(idleIn(it, PARTS)).toEqual(SELDOM)
  })
})
