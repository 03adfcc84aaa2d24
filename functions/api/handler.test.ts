import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../test/support/api.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { bundle, type Call, httpEvent, invoke } from '../../test/support/lambda.ts'

const folder = temporaryFolder()
const module = join(folder.path, 'api.cjs')
let w: World
let built: Awaited<ReturnType<typeof bundle>>

beforeAll(async () => {
  w = await apiWorld({ now: Date.now() })
  built = await bundle('functions/api/handler.ts', module)
})
afterAll(async () => {
  await w.close()
  folder[Symbol.dispose]()
})

const call = (stage: string, calls: Call[]) =>
  invoke(
    module,
    {
      ...w.env,
      PUBLIC_ORIGIN: 'https://api.example.org',
      LOG_LEVEL: 'silent',
      ASSETS_DIR: join(folder.path, 'assets'),
    },
    calls.map((one) =>
      httpEvent(stage, { ...one, headers: { authorization: 'Bearer token-acme', ...one.headers } }),
    ),
  )

test('the bundle keeps to its size, and holds no second copy of what it leaves out on purpose', () => {
  expect(built.bytes).toBeLessThan(1_000_000)
  expect(
    built.inputs.filter((file) =>
      /@hono\/zod-openapi|pino|locales\/(?!en|index)|Baileys|swagger-ui/.test(file),
    ),
  ).toEqual([])
})

test('what only some calls need is not loaded at the start', () => {
  const waiting =
    /libphonenumber|file-type|pngjs|core\/(message|session|order\/|conversation\/conversation|contract\/content)/
  expect(built.inputs.filter((file) => waiting.test(file)).length).toBeGreaterThan(10)
  expect(built.atStart.filter((file) => waiting.test(file))).toEqual([])
})

test('it answers events of API Gateway, with a stage in the path and bodies in base64', async () => {
  const session = await w.connected()
  const json = { 'content-type': 'application/json' }
  const text = 'Grüße ☃'
  const { node, results } = await call('prod', [
    {
      method: 'POST',
      path: '/prod/api/messages',
      query: 'wait=sent&timeout=1',
      headers: { ...json, 'idempotency-key': 'lambda' },
      body: JSON.stringify({ sessionId: session.id, to: '+49 151 0000 0003', text }),
    },
    { path: `/prod/api/sessions/${session.id}/chats/4915100000003%40s.whatsapp.net/messages` },
    { path: `/prod/api/sessions/${session.id}/chats/+4915100000003/messages`, query: 'limit=1' },
    { path: '/prod' },
    { path: '/prod/api/sessions', headers: { authorization: 'Bearer wrong' } },
    { method: 'POST', path: '/prod/api/sessions', headers: json, body: '{' },
    { path: '/prod/health' },
  ])
  expect(node).toMatch(/^v24\./)
  const [sent, chat, byNumber, welcome, stranger, broken, health] = results.map((result) => ({
    ...result,
    json: () => JSON.parse(result.body),
  }))
  expect(sent).toMatchObject({ statusCode: 202, isBase64Encoded: false })
  expect(sent?.json().message).toMatchObject({ text, status: 'accepted', to: '+4915100000003' })
  expect(chat?.json().messages).toMatchObject([{ id: sent?.json().message.id, text }])
  expect(byNumber?.json().messages).toHaveLength(1)
  expect(welcome?.statusCode).toBe(200)
  expect(welcome?.body).toContain('Linekeeper')
  expect(stranger).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': expect.any(String) } })
  expect(broken?.json().code).toBe('MALFORMED_JSON')
  expect(health?.json()).toMatchObject({ status: 'ok', checks: { connectors: { alive: 1 } } })
  const commands = await w.commands()
  expect(commands.filter(({ command }) => command.type === 'message.send')).toMatchObject([
    { command: { text } },
  ])
})

test('without a stage it is the same, and pictures and assets arrive as bytes', async () => {
  const assets = join(folder.path, 'assets')
  await mkdir(assets)
  const source = join(import.meta.dirname, '../../node_modules/swagger-ui-dist')
  await cp(join(source, 'favicon-32x32.png'), join(assets, 'favicon-32x32.png'))
  const session = await w.session('acme')
  await w.request('POST', `/api/sessions/${session.id}/start`)
  await w.record(session.id, {
    doneIntent: 1,
    state: { status: 'qr_generated', qr: { text: '2@abc', expiresAt: '2099-01-01T00:00:00.000Z' } },
  })
  const { results } = await call('$default', [
    { path: `/api/sessions/${session.id}/qr`, query: 'format=png' },
    { path: '/docs/favicon-32x32.png' },
    { path: '/openapi.json' },
  ])
  for (const picture of results.slice(0, 2)) {
    expect(picture).toMatchObject({ statusCode: 200, isBase64Encoded: true })
    expect(Buffer.from(picture.body, 'base64').subarray(1, 4).toString()).toBe('PNG')
  }
  expect(JSON.parse(results[2]?.body ?? '')).toMatchObject({
    openapi: '3.1.0',
    servers: [{ url: 'https://api.example.org' }],
  })
})

/** Events as API Gateway sends them, in full: of a call of its own address, and of one that came over CloudFront. */
test('of a session for one address, it knows the caller behind CloudFront as well as one that comes by itself', async () => {
  const session = await w.connected()
  const settings = { ipWhitelist: ['198.51.100.23'] }
  expect((await w.request('PUT', `/api/sessions/${session.id}/settings`, { settings })).status).toBe(200)
  const path = `/api/sessions/${session.id}`
  const key = 'ab'.repeat(32)
  const overCloudFront = (viewer: string, shown = key) => {
    const headers = {
      authorization: 'Bearer token-acme',
      'accept-encoding': 'br,gzip',
      via: '2.0 7f2b1c0d9e.cloudfront.net (CloudFront)',
      'x-amz-cf-id': 'txDV0km7MuM4vnbolmlIFCxd7GHJnCYkInbPxDUkqQEzm98ngb==',
      'x-amzn-trace-id': 'Root=1-65a-0',
      'x-forwarded-for': `${viewer}, 130.176.100.154`,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      'x-linekeeper-edge': shown,
      'x-linekeeper-viewer': viewer,
    }
    return from('130.176.100.154', headers)
  }
  const byItself = (address: string, headers: Record<string, string> = {}) =>
    from(address, { authorization: 'Bearer token-acme', 'x-forwarded-for': address, ...headers })
  const from = (sourceIp: string, headers: Record<string, string>) => {
    const event = httpEvent('$default', { path, headers })
    return {
      ...event,
      requestContext: { ...event.requestContext, http: { ...event.requestContext.http, sourceIp } },
    }
  }
  const env = {
    ...w.env,
    PUBLIC_ORIGIN: 'https://api.example.org',
    LOG_LEVEL: 'silent',
    EDGE_KEY: `${key},${'cd'.repeat(32)}`,
  }
  const { results } = await invoke(module, env, [
    overCloudFront('198.51.100.23'),
    byItself('198.51.100.23'),
    overCloudFront('198.51.100.23', 'cd'.repeat(32)),
    overCloudFront('198.51.100.24'),
    overCloudFront('198.51.100.23', 'ef'.repeat(32)),
    byItself('130.176.100.154'),
    byItself('198.51.100.24', { 'x-forwarded-for': '198.51.100.23', 'x-linekeeper-viewer': '198.51.100.23' }),
  ])
  expect(results.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 403, 403, 403, 403])
  expect(JSON.parse(results[3]?.body ?? '').details).toEqual({ address: '198.51.100.24' })
})
