/** The bundle that is deployed, under the events that API Gateway delivers. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Read from '#core/conversation/read.ts'
import { type Database, database, TABLE_NAMES } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { encode, type Form, inbound, replyOf, signatureOf, TOKEN } from '../../test/support/twilio-world.ts'

type Answer = { statusCode: number; headers: Record<string, string>; body: string; isBase64Encoded: boolean }
type Handler = (event: unknown, context: unknown) => Promise<Answer>

const ORIGIN = 'https://api.example.org/prod'
const folder = temporaryFolder()
const before = { ...process.env }
let db: Database
let handler: Handler

beforeAll(async () => {
  db = await database()
  const outfile = join(folder.path, 'hook.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'handler.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2024',
    minify: true,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  })
  Object.assign(process.env, {
    DYNAMODB_ENDPOINT: db.endpoint,
    MAIN_TABLE: TABLE_NAMES.main,
    EVENTS_TABLE: TABLE_NAMES.events,
    MESSAGES_TABLE: TABLE_NAMES.messages,
    DEVICES_TABLE: TABLE_NAMES.devices,
    PUBLIC_ORIGIN: `${ORIGIN}/`,
    TWILIO_AUTH_TOKEN: `other,${TOKEN}`,
    TWILIO_CHANNEL_ACCOUNT: 'acme',
    CONVERSATION_TTL_HOURS: '0.5',
  })
  handler = ((await import(pathToFileURL(outfile).href)) as { handler: Handler }).handler
})
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  await db.close()
  folder[Symbol.dispose]()
})

/** As an HTTP API with payload 2.0 delivers a form: in base64, with the stage in front of the path. */
function event(form: Form, { query = '', stage = 'prod', base64 = true, headers = {}, signature = '' } = {}) {
  const rawPath = `${stage === '$default' ? '' : `/${stage}`}/twilio-webhook-opt`
  const body = encode(form)
  const url = `${ORIGIN}/twilio-webhook-opt${query ? `?${query}` : ''}`
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: query,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'content-length': `${body.length}`,
      host: 'mock.execute-api.us-east-1.amazonaws.com',
      'i-twilio-idempotency-token': '7f4b1c9e-0000-4000-8000-000000000000',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signature || signatureOf(form, { url }),
      ...headers,
    },
    ...(query ? { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) } : {}),
    requestContext: {
      accountId: '123456789012',
      apiId: 'mock',
      domainName: 'mock.execute-api.us-east-1.amazonaws.com',
      http: {
        method: 'POST',
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: 'TwilioProxy/1.1',
      },
      requestId: 'id',
      routeKey: '$default',
      stage,
      timeEpoch: Date.now(),
    },
    body: base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64,
  }
}
const call = (of: unknown) => handler(of, {})
const active = (phone: string) => Read.activeOf(db.store, 'acme', phone)

test('a form in base64, behind a stage, becomes a conversation', async () => {
  const form = inbound({ From: 'whatsapp:+15550000001', Body: '5 units of Ünïcode & <Söhne> 😀' })
  const answer = await call(event(form))
  expect(answer).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    isBase64Encoded: false,
  })
  expect(replyOf(answer.body)).toBe('✅ Order received: 5 units of Ünïcode & <Söhne> 😀')
  const conversation = await active('+15550000001')
  expect(conversation).toMatchObject({ inbound: 1, outbound: 1 })
  const { endsAt = '', lastActivity = '' } = conversation ?? {}
  expect(Date.parse(endsAt) - Date.parse(lastActivity)).toBe(30 * 60_000)
})

test.each([
  ['without a stage, as text', { stage: '$default', base64: false }],
  ['with a query that holds an apostrophe', { query: "tenant=O'Brien&x=%20y+z%2B&e=" }],
  ['with a query in letters of all kinds', { query: 'name=%E2%9C%93%F0%9F%98%80&a=1&a=2' }],
])('it is recognised %s', async (_, how) => {
  expect((await call(event(inbound({ From: 'whatsapp:+15550000002' }), how))).statusCode).toBe(200)
})

test('what is not signed for this address is refused, whatever its headers claim', async () => {
  const form = inbound({ From: 'whatsapp:+15550000003' })
  const stolen = signatureOf(form, { url: 'https://evil.example/twilio-webhook-opt' })
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
  expect(await call(event(form, { signature: stolen, headers }))).toMatchObject({ statusCode: 403 })
  const asGatewaySeesIt = 'https://mock.execute-api.us-east-1.amazonaws.com/prod/twilio-webhook-opt'
  expect(await call(event(form, { signature: signatureOf(form, { url: asGatewaySeesIt }) }))).toMatchObject({
    statusCode: 403,
  })
  expect(await active('+15550000003')).toBeUndefined()
})

test('a status callback is noted and answered with nothing', async () => {
  const form = {
    MessageSid: 'SM1',
    AccountSid: 'AC1',
    MessageStatus: 'delivered',
    To: 'whatsapp:+1',
    From: 'whatsapp:+2',
  }
  expect(await call(event(form, { query: 'message=reply-SM1' }))).toMatchObject({ statusCode: 204, body: '' })
})
