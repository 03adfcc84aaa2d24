/**
 * A rich day of a session that keeps what is said sealed, over roads that write down everything that is ever sent to the
 * database and the queues, and with a look into every stored file: whatever was said, or anybody is called, is nowhere.
 * A plain session on the same roads shows that they do find it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFauxqs } from 'fauxqs'
import { expect, test } from 'vitest'
import { startDynoxide } from '../../local/dynoxide.ts'
import * as sample from '../support/files.ts'
import { linkLine } from '../support/line.ts'
import { recordingRoad } from '../support/recording.ts'
import { type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { receiver } from '../support/webhooks.ts'

const [OWN, PLAIN, ANN, BOB] = ['+4915155500031', '+4915155500032', '+4915155500033', '+4915155500034']
const base64 = (content: Buffer) => content.toString('base64')

/** Everything secret has a word of its own, so that what is found says what it was. */
function vocabulary(fruit = 'quince') {
  const words = new Map<string, string>()
  return {
    words,
    secret(what: string): string {
      const word = `${fruit}${String(words.size).padStart(3, '0')}x`
      words.set(word, what)
      return word
    },
  }
}

const TOLD = [
  'history.synced',
  'contact.updated',
  'group.updated',
  'label.updated',
  'message.media',
  'message.edited',
  'poll.vote',
  'call.received',
  'conversation.updated',
]

/** All files under a folder, as text. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))

async function place() {
  await using all = new AsyncDisposableStack()
  const database = all.use(await startDynoxide())
  const queues = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  all.defer(() => queues.stop())
  const tables = all.use(await recordingRoad(database.endpoint))
  const queue = all.use(await recordingRoad(`http://127.0.0.1:${queues.port}`))
  // Somebody who answers with what they were told.
  const hook = all.use(await receiver((response, { text }) => response.end(text)))
  const its = all.use(
    await stack({ env: { DYNAMODB_ENDPOINT: tables.endpoint, SQS_ENDPOINT: queue.endpoint } }),
  )
  const kept = all.move()
  return { tables, queue, hook, its, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** What is done with one session, by the API and by phones. @returns the words */
async function richDay(its: Stack, number: string, settings: Record<string, unknown>, hook: { url: string }) {
  const { secret, words } = vocabulary()
  const phone = async <T = { id: string }>(path: string, json: unknown, method = 'POST') =>
    (await its.sandbox<T>(path, { json, method })).body
  await phone(`/phones/${number}/state`, { contact: { number: BOB, name: secret('saved name') } }, 'PATCH')
  await phone(
    `/phones/${number}/state`,
    { label: { id: '1', name: secret('label of the phone'), color: 1 } },
    'PATCH',
  )
  await phone(`/phones/${ANN}/send`, { to: number, text: secret('said before it was linked') })
  const group = await phone('/groups', {
    creator: ANN,
    subject: secret('subject'),
    participants: [number, BOB],
  })
  const { sessionId } = await linkLine(its, number, settings)
  const path = `/api/sessions/${sessionId}`

  const call = async <T>(method: string, to: string, json?: unknown): Promise<T> => {
    const { status, body } = await its.api<T>(to, { method, ...(json ? { json } : {}) })
    if (status >= 300) throw new Error(`${method} ${to}: ${status} ${JSON.stringify(body)}`)
    return body
  }
  const told = async (id: string) => {
    const { events } = await call<{ events: unknown[] }>('GET', `${path}/events?limit=500`)
    return JSON.stringify(events).includes(id)
  }
  const send = async (message: Record<string, unknown>, query = '?wait=server&timeout=25000') =>
    (await call<{ message: { id: string } }>('POST', `/api/messages${query}`, { sessionId, ...message }))
      .message.id
  const hears = async (from: string, message: Record<string, unknown>) => {
    const { id } = await phone(`/phones/${from}/send`, { to: number, ...message })
    await until(`${Object.keys(message)[0]} is told`, () => told(id))
    return id
  }
  await call('POST', `${path}/webhooks`, { url: hook.url, events: ['*'] })

  const file = (kind: string, content: Buffer) => ({
    base64: base64(content),
    fileName: secret(`name of ${kind}`),
  })
  const picture = () => Buffer.concat([sample.pdf, Buffer.from(secret('content of a file'))])
  const out = await send({ to: ANN, text: secret('text out') })
  const first = await hears(ANN, { text: secret('text in') })
  await hears(ANN, { text: secret('answer'), replyTo: out })
  await hears(ANN, {
    location: { latitude: 1, longitude: 2, name: secret('place in'), address: secret('address') },
  })
  await hears(ANN, { contact: { name: secret('card in'), vcard: 'BEGIN:VCARD\nVERSION:3.0\nEND:VCARD' } })
  await hears(ANN, {
    document: { data: base64(picture()), mimetype: 'application/pdf', fileName: `${secret('file in')}.pdf` },
  })
  await hears(ANN, {
    image: { data: base64(sample.png), mimetype: 'image/png', caption: secret('caption in') },
  })
  await hears(ANN, { reaction: { emoji: '🎉', id: out } })
  const asked = await hears(ANN, {
    poll: { question: secret('question in'), options: [secret('option in'), 'no'] },
  })
  await phone(`/phones/${BOB}/send`, { to: group.id, text: secret('in a group') })

  await send({ to: ANN, text: secret('reply'), replyTo: first })
  await send({
    to: ANN,
    text: `https://example.com/ ${secret('link')}`,
    linkPreview: { url: 'https://example.com/', title: secret('title'), description: secret('description') },
  })
  await send({ to: ANN, location: { latitude: 1, longitude: 2, name: secret('place out') } })
  await send({
    to: ANN,
    contact: { name: secret('card out'), phoneNumber: BOB, organization: secret('firm') },
  })
  const poll = await send({
    to: ANN,
    poll: { question: secret('question'), options: [secret('option'), 'other'] },
  })
  await phone(`/phones/${ANN}/send`, { to: number, vote: { id: poll, options: ['other'] } })
  await send({ vote: { messageId: asked, options: ['no'] } })
  const event = {
    name: secret('party'),
    description: secret('with cake'),
    startsAt: '2030-05-01T18:00:00.000Z',
  }
  await send({ to: ANN, event })
  await send({ to: ANN, document: { ...file('a document', picture()), caption: secret('caption') } })
  await send({
    to: ANN,
    image: { ...file('a picture', sample.png), caption: secret('caption of a picture') },
  })
  await send({ to: 'status', text: secret('status'), statusRecipients: [ANN] })
  await send({ to: group.id, text: secret('to the group'), mentions: ['all'] })
  await send({ to: BOB, forward: { messageId: first } })
  await call('PUT', `/api/messages/${out}`, { text: secret('edited') })
  await send(
    { to: ANN, text: secret('for later'), sendAt: new Date(Date.now() + 3_600_000).toISOString() },
    '',
  )
  // As a campaign does.
  await Promise.all([ANN, BOB].map((to, n) => send({ to, text: `${secret('campaign')} ${n}` }, '')))

  await call('PUT', `${path}/contacts/${ANN}`, { name: secret('name that we save') })
  await call('PATCH', `${path}/groups/${group.id}`, {
    subject: secret('new subject'),
    description: secret('new description'),
  }).catch(() => undefined)
  const own = await call<{ group: { id: string } }>('POST', `${path}/groups`, {
    subject: secret('group of ours'),
    participants: [ANN],
  })
  await call('PATCH', `${path}/groups/${own.group.id}`, { description: secret('description of a group') })
  const { label } = await call<{ label: { id: string } }>('POST', `${path}/labels`, {
    name: secret('label'),
    color: 3,
  })
  await call('PUT', `${path}/chats/${ANN}/labels/${label.id}`)
  const { channel } = await call<{ channel: { id: string } }>('POST', `${path}/channels`, {
    name: secret('channel'),
  })
  await send({ to: channel.id, text: secret('post') })
  await call('PUT', `${path}/messages/${out}/star`)
  await call('PATCH', `${path}/chats/${ANN}`, { archived: true })
  await call('GET', `${path}/messages?search=${secret('what is looked for')}`)
  await call('GET', `${path}/chats?search=${secret('who is looked for')}`)
  await call('PUT', `${path}/settings`, { settings: { autoRejectCalls: { reply: 'Please write' } } })
  await phone(`/phones/${BOB}/call`, { to: number })

  const { conversation } = await call<{ conversation: { id: string } }>('POST', '/api/conversations', {
    phoneNumber: ANN,
    channel: { type: 'session', sessionId },
    name: secret('name in a conversation'),
    initialMessage: secret('first message of a conversation'),
    context: { [secret('key of a note')]: secret('note') },
  })
  const here = `/api/conversations/${conversation.id}`
  await call('PATCH', here, {
    metadata: { tag: secret('tag') },
    orderDetails: { items: [{ name: secret('ordered'), quantity: 2 }] },
  })
  await call('POST', `${here}/messages`, { text: secret('reply in a conversation') })
  const shown = await call<object>('GET', here)
  expect(JSON.stringify(shown)).toContain([...words].find(([, what]) => what === 'note')?.[0])
  const { messages } = await call<{ messages: object[] }>('GET', `${here}/messages`)
  expect(JSON.stringify(messages)).toContain(
    [...words].find(([, what]) => what === 'reply in a conversation')?.[0],
  )

  for (const type of TOLD)
    await until(
      `the event ${type}`,
      async () => {
        const { events } = await call<{ events: { type: string }[] }>('GET', `${path}/events?limit=500`)
        return events.some((one) => one.type === type)
      },
      { withinMs: 20_000 },
    )
  return { sessionId, words, conversation: here }
}

test('nothing that is said in an encrypted session, and nobody who is named there, stands open anywhere', async () => {
  await using w = await place()
  const { its, tables, queue, hook } = w
  const leaks = (words: Map<string, string>) => {
    const stored = filesIn(join(its.dataDir, 'media'))
    return [...words].flatMap(([word, what]) => {
      const places = [
        ...tables.having(word).map((body) => `table: ${around(body, word)}`),
        ...queue.having(word).map((body) => `queue: ${around(body, word)}`),
        ...stored.filter((text) => text.includes(word)).map(() => 'a file'),
      ]
      return places.length > 0 ? [{ what, where: places[0], times: places.length }] : []
    })
  }
  const sealed = await richDay(its, OWN, { enableEncryption: true }, hook)
  await until('the webhook', () => hook.requests.some(({ text }) => text.includes('quince')), {
    withinMs: 30_000,
  })
  expect(tables.count()).toBeGreaterThan(100)
  expect(leaks(sealed.words)).toEqual([])

  // The same day without it: what is looked for here can be found.
  tables.forget()
  queue.forget()
  const plain = await richDay(its, PLAIN, {}, hook)
  const hidden = () => {
    const found = new Set(leaks(plain.words).map(({ what }) => what))
    return [...plain.words.values()].filter((what) => !found.has(what))
  }
  await until('all that is stored was sent', () => hidden().length <= 2, { withinMs: 60_000, everyMs: 1_000 })
  expect(hidden()).toEqual(['what is looked for', 'who is looked for'])

  // Switched on later: what comes from then on is sealed, and everything is read side by side.
  const path = `/api/sessions/${plain.sessionId}`
  const call = (method: string, to: string, json: unknown) => its.api(to, { method, json })
  await call('PUT', `${path}/settings`, { settings: { enableEncryption: true } })
  await until('the connector knows', async () => {
    const { body } = await its.api<{ settings?: unknown }>(path)
    return JSON.stringify(body).includes('"enableEncryption":true')
  })
  await its.api('/api/messages?wait=server', {
    json: { sessionId: plain.sessionId, to: BOB, text: 'the change is known' },
  })
  tables.forget()
  queue.forget()
  const { secret, words } = vocabulary('medlar')
  const sent = await its.api('/api/messages?wait=server', {
    json: { sessionId: plain.sessionId, to: ANN, text: secret('text after the change') },
  })
  expect(sent.status).toBe(202)
  await call('PATCH', plain.conversation, { context: { note: secret('note after the change') } })
  await call('POST', `${plain.conversation}/messages`, { text: secret('reply after the change') })
  await call('PUT', `${path}/contacts/${BOB}`, { name: secret('name after the change') })
  const has = (body: unknown, what: string, of = words) =>
    JSON.stringify(body).includes([...of].find(([, said]) => said === what)?.[0] ?? 'nothing')
  const conversation = (await its.api(plain.conversation)).body
  expect([has(conversation, 'note', plain.words), has(conversation, 'note after the change')]).toEqual([
    true,
    true,
  ])
  const { body: said } = await its.api(`${plain.conversation}/messages?limit=50`)
  expect([has(said, 'reply in a conversation', plain.words), has(said, 'reply after the change')]).toEqual([
    true,
    true,
  ])
  const { body: chat } = await its.api(`${path}/chats/${ANN}/messages?limit=100`)
  expect(has(chat, 'text in', plain.words) && has(chat, 'text after the change')).toBe(true)
  await until('the new name', async () =>
    has((await its.api(`${path}/contacts`)).body, 'name after the change'),
  )
  expect(leaks(words)).toEqual([])
})

const around = (body: string, word: string): string => {
  const at = body.toLowerCase().indexOf(word)
  return `${body.slice(0, 60)} … ${body.slice(Math.max(0, at - 300), at + 60)}`
}
