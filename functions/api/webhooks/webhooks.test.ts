import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { openOutbound } from '#core/platform/outbound.ts'
import type { Session } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { drain } from '#core/webhook/drain.ts'
import { endpointsOf } from '#core/webhook/endpoint.ts'
import { openShared } from '#core/webhook/shared.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { received } from '../../../test/support/events.ts'
import { type Receiver, receiver } from '../../../test/support/webhooks.ts'

let w: World
let session: Session
let hook: Receiver

beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())
beforeEach(async () => {
  session = await w.connected()
  w.clock.now += 1_000
  hook = await receiver()
  return () => hook[Symbol.asyncDispose]()
})

const find = (id: string) => Sessions.find(w.store, id)

type Answer = {
  webhook: Record<string, unknown> & { id: string }
  webhooks: { id: string }[]
  secret: string
  delivery: Record<string, unknown> & { eventId: string; request: string | null }
  deliveries: { eventId: string; status: string; attempts: number }[]
  code: string
  details: { issues: { path: string }[] }
}
async function call(method: string, path: string, body?: Record<string, unknown>, token?: string) {
  const { status, body: answer } = await w.request(method, path, body, token ? { token } : {})
  return { status, ...(answer as unknown as Answer) }
}
const own = () => `/api/sessions/${session.id}/webhooks`
const create = async (more: Record<string, unknown> = {}, at = own()) =>
  call('POST', at, { url: hook.url, ...more })
/** What the function does that the queue of deliveries feeds. */
async function deliver(): Promise<void> {
  const outbound = openOutbound({ reach: 'loopback', timeLimit: 10_000 })
  const desk = {
    ...w.deps,
    outbound,
    vault: w.deps.webhooks.vault,
    shared: openShared(w.deps.store, w.deps.media.links),
    random: () => 0,
    leaseMs: 60_000,
    wake: w.deps.webhooks.wake,
    tell: async () => undefined,
  }
  for (const key of w.woken.splice(0)) await drain(desk, key)
  outbound.close()
}
async function happen(count = 1) {
  const events = Array.from({ length: count }, () => received(session, w.clock.now, {}, w.newEventId()))
  await append(w.store, w.retention, events)
  const [endpoint] = await endpointsOf(w.store, { accountId: 'acme', sessionId: session.id })
  w.woken.push({ pk: `SESSION#${session.id}`, sk: `WEBHOOK#${endpoint?.id}` })
  await deliver()
  return events
}

describe('a webhook', () => {
  test('is created, shown, changed and deleted; its secret is shown once and nowhere else', async () => {
    const made = await create({
      events: ['message.*'],
      customHeaders: [{ name: 'X-Key', value: 'of the owner' }],
    })
    expect(made.status).toBe(201)
    expect(made.secret).toMatch(/^whsec_/)
    expect(made.webhook).toMatchObject({
      status: 'active',
      sessionId: session.id,
      customHeaders: [{ name: 'X-Key' }],
    })
    const at = `${own()}/${made.webhook.id}`
    expect((await call('GET', own())).webhooks.map(({ id }) => id)).toEqual([made.webhook.id])
    const changed = await call('PUT', at, {
      active: false,
      events: ['*'],
      retries: { policy: 'linear', attempts: 3 },
    })
    expect(changed.webhook).toMatchObject({
      status: 'paused',
      events: ['*'],
      retries: { policy: 'linear', delaySeconds: 2, attempts: 3 },
    })
    const everything = JSON.stringify(
      await w.store.get('main', (await import('zod')).looseObject({}), {
        pk: `SESSION#${session.id}`,
        sk: `WEBHOOK#${made.webhook.id}`,
      }),
    )
    for (const hidden of [made.secret, 'of the owner']) expect(everything).not.toContain(hidden)
    expect((await call('DELETE', at)).status).toBe(200)
    expect((await call('GET', at)).code).toBe('WEBHOOK_NOT_FOUND')
  })

  test('marks its session, and the connector is told to look', async () => {
    await w.commands()
    expect((await find(session.id))?.webhooks).toBeUndefined()
    await create()
    expect((await find(session.id))?.webhooks).toBeDefined()
    expect((await w.commands()).map(({ command }) => command.type)).toEqual(['session.intent'])
  })

  test('of the account marks every session, and those that are created later', async () => {
    const made = await create({}, '/api/webhooks')
    expect(made.webhook.sessionId).toBeNull()
    expect((await find(session.id))?.webhooks).toBeDefined()
    const { session: later } = (await w.request('POST', '/api/sessions', { name: 'later' })).body
    expect((await find(later.id))?.webhooks).toBeDefined()
    await call('DELETE', `/api/webhooks/${made.webhook.id}`)
  })

  test('belongs to its owner, and to its session', async () => {
    const made = await create()
    const other = await w.connected()
    expect((await call('GET', `/api/sessions/${other.id}/webhooks/${made.webhook.id}`)).code).toBe(
      'WEBHOOK_NOT_FOUND',
    )
    expect((await call('GET', `/api/webhooks/${made.webhook.id}`)).code).toBe('WEBHOOK_NOT_FOUND')
    expect((await call('GET', `${own()}/${made.webhook.id}`, undefined, 'token-other')).code).toBe(
      'SESSION_NOT_FOUND',
    )
  })

  test.each([
    [{ url: 'ftp://example.org' }, 'url'],
    [{ url: 'https://user:pass@example.org' }, 'url'],
    [{ events: [] }, 'events'],
    [{ customHeaders: [{ name: 'Webhook-Id', value: 'x' }] }, 'customHeaders.0.name'],
    [{ customHeaders: [{ name: 'X-A', value: 'a\r\nX-B: b' }] }, 'customHeaders.0.value'],
    [{ secret: 'short' }, 'secret'],
    [{ retries: { policy: 'sometimes' } }, 'retries.policy'],
    [{ retries: { attempts: 1_000 } }, 'retries.attempts'],
  ])('%j is refused', async (wrong, path) => {
    const refused = await create(wrong)
    expect([refused.status, refused.details.issues[0]?.path]).toEqual([400, path])
  })

  test('has a bound to its number', async () => {
    for (let n = 0; n < 20; n++) expect((await create()).status).toBe(201)
    expect(await create()).toMatchObject({ status: 403, code: 'WEBHOOK_LIMIT_REACHED' })
  })
})

test('the setting webhookUrl is a webhook of the session', async () => {
  const listed = async () => (await call('GET', own())).webhooks
  const put = (webhookUrl: string | null) =>
    w.request('PUT', `/api/sessions/${session.id}/settings`, { settings: { webhookUrl } })
  await put(hook.url)
  expect(await listed()).toMatchObject([{ url: hook.url, events: ['*'] }])
  await put(`${hook.url}/other`)
  expect(await listed()).toMatchObject([{ url: `${hook.url}/other` }])
  await put(null)
  expect(await listed()).toEqual([])
  const made = await w.request('POST', '/api/sessions', { name: 'n', settings: { webhookUrl: hook.url } })
  const { webhooks } = await call('GET', `/api/sessions/${made.body.session.id}/webhooks`)
  expect(webhooks).toMatchObject([{ url: hook.url }])
  expect((await find(made.body.session.id))?.webhooks).toBeDefined()
})

describe('deliveries', () => {
  test('are listed, shown with what was posted, and sent once more', async () => {
    const { webhook } = await create()
    const [event] = await happen()
    const at = `${own()}/${webhook.id}/deliveries`
    expect((await call('GET', at)).deliveries).toMatchObject([{ eventId: event?.id, status: 'delivered' }])
    const { delivery } = await call('GET', `${at}/${event?.id}`)
    expect(delivery.request).toBe(hook.requests[0]?.text)
    expect((await call('POST', `${at}/${event?.id}/resend`)).status).toBe(202)
    await deliver()
    expect(hook.requests.map(({ body }) => body.id)).toEqual([event?.id, event?.id])
    expect((await call('GET', `${at}/${event?.id}`)).delivery).toMatchObject({
      status: 'delivered',
      attempts: 2,
    })
    expect((await call('POST', `${at}/01KDX0000000000000000000/resend`)).code).toBe('DELIVERY_NOT_FOUND')
  })

  test('that failed are sent once more, all together', async () => {
    const { webhook } = await create({ retries: { attempts: 0, delaySeconds: 0 } })
    hook.behave((response) => response.writeHead(500).end())
    const events = await happen(3)
    const failed = `${own()}/${webhook.id}/deliveries?status=failed`
    expect((await call('GET', failed)).deliveries.length).toBeGreaterThan(0)
    hook.behave((response) => response.writeHead(200).end())
    hook.requests.splice(0)
    w.clock.now += 60_000
    expect((await call('POST', `${own()}/${webhook.id}/resend-failed`)).status).toBe(202)
    await deliver()
    expect(hook.ids.toSorted()).toEqual(events.map(({ id }) => id))
    expect((await call('GET', failed)).deliveries).toEqual([])
  })

  test('a time range, and the events of one message, are told again under their ids', async () => {
    const { webhook } = await create()
    const [early] = await happen()
    if (early?.type !== 'message.received') throw new Error('no message')
    w.clock.now += 60_000
    const from = new Date(w.clock.now).toISOString()
    const [late] = await happen()
    hook.requests.splice(0)
    expect((await call('POST', `${own()}/${webhook.id}/replay`, { from })).status).toBe(202)
    await deliver()
    expect(hook.ids).toEqual([late?.id])
    hook.requests.splice(0)
    const { id: messageId } = early.payload.message
    expect((await call('POST', `${own()}/${webhook.id}/replay`, { messageId })).status).toBe(202)
    await deliver()
    expect(hook.ids).toEqual([early?.id])
    expect((await call('POST', `${own()}/${webhook.id}/replay`, { messageId: 'X' })).code).toBe(
      'MESSAGE_NOT_FOUND',
    )
    expect((await call('POST', `${own()}/${webhook.id}/replay`, {})).code).toBe('VALIDATION_ERROR')
  })

  test('a test is posted and answered with what came of it', async () => {
    const { webhook } = await create()
    const wake = w.deps.webhooks.wake
    w.deps.webhooks.wake = async (key) => {
      w.woken.push(key)
      w.deps.webhooks.wake = wake
      await deliver()
    }
    const { delivery } = await call('POST', `${own()}/${webhook.id}/test`)
    expect(delivery).toMatchObject({ event: 'webhook.test', status: 'delivered', responseCode: 204 })
    expect(hook.requests[0]?.body.event).toBe('webhook.test')
  })
})

test('the document has a schema for each type of event', async () => {
  const document = JSON.parse((await w.request('GET', '/openapi.json')).text)
  expect(Object.keys(document.webhooks)).toEqual(
    expect.arrayContaining([
      'session.status',
      'message.received',
      'message.status',
      'webhook.disabled',
      'webhook.test',
    ]),
  )
  for (const [type, { post }] of Object.entries<{ post: { requestBody: object } }>(document.webhooks)) {
    const { $ref } = (post.requestBody as { content: { 'application/json': { schema: { $ref: string } } } })
      .content['application/json'].schema
    const schema = document.components.schemas[$ref.slice('#/components/schemas/'.length)]
    expect(schema.properties.event.const, type).toBe(type)
  }
})
