/**
 * What holds for every call that is documented: nothing that a body or an address can hold makes it fail on our side, and
 * nothing that belongs to another account is there. New calls are tried by standing in the document.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../test/support/api.ts'

let w: World
let ids: Record<string, string>
let calls: Call[]

type Operation = {
  security?: unknown
  requestBody?: { content: Record<string, { example?: Record<string, unknown> }> }
}
type Call = { method: string; path: string; example: Record<string, unknown> | undefined }

const acme = async (method: string, path: string, body?: Record<string, unknown>) =>
  (await w.request(method, path, body)).body as unknown as Record<string, { id: string }>

beforeAll(async () => {
  w = await apiWorld()
  const { id: sessionId } = await w.connected()
  const session = { type: 'session', sessionId }
  const [sent, webhook, conversation, token] = [
    await acme('POST', '/api/messages', { sessionId, to: '+4915100000002', text: 'x' }),
    await acme('POST', `/api/sessions/${sessionId}/webhooks`, { url: 'https://example.com/' }),
    await acme('POST', '/api/conversations', { phoneNumber: '+4915100000002', channel: session }),
    await acme('POST', '/api/tokens', { name: 'x' }),
  ]
  ids = {
    sessionId,
    messageId: sent.message?.id ?? '',
    webhookId: webhook.webhook?.id ?? '',
    conversationId: conversation.conversation?.id ?? '',
    tokenId: token.token?.id ?? '',
    chatId: '+4915100000002',
    contactId: '+4915100000002',
    groupId: '120363025246125486@g.us',
    channelId: '120363025246125486@newsletter',
    serverId: '7',
    labelId: '7',
  }
  const document = (await w.request('GET', '/openapi.json', undefined, { token: '' })).body as unknown as {
    paths: Record<string, Record<string, Operation>>
  }
  calls = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security }]) => security)
      .map(([method, { requestBody }]) => {
        const example = requestBody?.content['application/json']?.example
        return { method: method.toUpperCase(), path, example: example && named(example) }
      }),
  )
  // Without a connector nothing is asked of WhatsApp: what is asked is judged all the same.
  w.clock.now += 2 * 3_600_000
})
afterAll(() => w.close())

const named = (example: Record<string, unknown>) => ({
  ...example,
  ...('sessionId' in example ? { sessionId: ids.sessionId } : {}),
})
const addressOf = (path: string, changed: Record<string, string> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent({ ...ids, ...changed }[name] ?? 'abc'))

const HOSTILE = [null, -1, 1e308, '\ud800', 'x'.repeat(70_000), {}, [[]], '__proto__']

/** The same body with each of its parts replaced by each of these. */
function* spoilt(body: unknown): Generator<unknown> {
  yield* HOSTILE
  if (typeof body !== 'object' || body === null) return
  for (const [name, part] of Object.entries(body))
    for (const other of spoilt(part))
      yield Array.isArray(body)
        ? body.map((item, index) => (`${index}` === name ? other : item))
        : { ...body, [name]: other }
}

const isOurs = ({ status }: { status: number }) => status >= 500 && ![501, 502, 503, 504].includes(status)

test('whatever stands in a body, no call fails on our side', async () => {
  const broken: string[] = []
  for (const { method, path, example } of calls)
    for (const body of example ? spoilt(example) : []) {
      const { status } = await w.request(method, addressOf(path), body as Record<string, unknown>)
      if (isOurs({ status })) broken.push(`${method} ${path} ${JSON.stringify(body).slice(0, 200)}`)
    }
  expect(broken).toEqual([])
}, 120_000)

test('whatever stands in an address, no call fails on our side', async () => {
  const broken: string[] = []
  for (const { method, path, example } of calls)
    for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g))
      for (const text of ['\u0000', 'x'.repeat(3_000), '__proto__', '../..', '@', '😀']) {
        const answer = await w.request(method, addressOf(path, { [name]: text }), example)
        if (isOurs(answer)) broken.push(`${method} ${path} ${name}=${text.slice(0, 20)}`)
      }
  expect(broken).toEqual([])
}, 120_000)

test('nothing of another account is there', async () => {
  const about = calls.filter(({ path, example }) => /\{\w+Id\}/.test(path) || example?.sessionId)
  expect(about.length).toBeGreaterThan(80)
  for (const { method, path, example } of about) {
    const { status } = await w.request(method, addressOf(path), example, { token: 'token-other' })
    expect([400, 403, 404], `${method} ${path} answers ${status}`).toContain(status)
  }
}, 60_000)
