/**
 * What version 1 has stored and sent can be read for ever: by the API as callers see it, by connectors as they open a
 * device and look at the fleet, by whoever takes a note from a queue. The data is what a whole deployment of that
 * version left behind (test/infra/snapshot.ts).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decode } from '#core/contract/command.ts'
import { EventJob, OrderJob } from '#core/contract/job.ts'
import { dynamoDevice } from '#core/device/dynamo.ts'
import { deviceSeal } from '#core/device/seal.ts'
import { fleet } from '#core/lease.ts'
import { ITEM_VERSION } from '#core/platform/version.ts'
import * as Sessions from '#core/sessions/index.ts'
import type { TableName } from '#core/tables.ts'
import { apiWorld, type World } from '../support/api.ts'
import { TABLE_NAMES } from '../support/database.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/v1')
const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'), (_, value) =>
    value && typeof value === 'object' && '$bytes' in value ? Buffer.from(value.$bytes, 'base64') : value,
  )
const { sessionId, accountId, token, masterKey } = fixture<Record<string, string>>('keys') as {
  sessionId: string
  accountId: string
  token: string
  masterKey: string
}
let w: World

beforeAll(async () => {
  w = await apiWorld()
  const doc = DynamoDBDocumentClient.from(w.db.client)
  for (const table of Object.keys(TABLE_NAMES) as TableName[])
    for (const Item of fixture<Record<string, unknown>[]>(table))
      await doc.send(new PutCommand({ TableName: TABLE_NAMES[table], Item }))
})
afterAll(() => w.close())

type Message = { id: string; text?: string; fromMe: boolean; status: string }
type Answer = {
  sessions: { id: string; name: string }[]
  chats: { id: string }[]
  messages: Message[]
  message: Message
  stats: { sent: number; received: number }
  events: { type: string }[]
  conversations: { id: string; channel: { type: string }; orderDetails?: { items: unknown[] } | null }[]
  conversation: { id: string }
}

async function get(path: string): Promise<Answer> {
  const answer = await w.app.request(path, { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  expect(answer.status, `${path} ${text}`).toBe(200)
  return JSON.parse(text)
}

test('its token opens its account, with its session', async () => {
  const { sessions } = await get('/api/sessions')
  expect(sessions).toContainEqual(expect.objectContaining({ id: sessionId, name: 'front desk' }))
  expect(await get(`/api/sessions/${sessionId}/status`)).toMatchObject({ phoneNumber: '+4915100000001' })
})

test('its chats, messages and counters', async () => {
  const { chats } = await get(`/api/sessions/${sessionId}/chats`)
  expect(chats).toHaveLength(1)
  const path = `/api/sessions/${sessionId}/chats/${encodeURIComponent(chats[0]?.id ?? '')}/messages`
  const { messages } = await get(`${path}?limit=100`)
  const named = (wanted: string) => messages.find(({ text }) => text === wanted)
  expect(named('Hello yourself')).toMatchObject({ fromMe: false, status: 'received' })
  expect(named('Hello')).toMatchObject({ fromMe: true, status: 'read' })
  expect((await get(`/api/messages/${named('Hello')?.id}`)).message).toMatchObject({ status: 'read' })
  expect((await get(`/api/messages/stats/${sessionId}`)).stats.received).toBeGreaterThan(0)
})

test('its log', async () => {
  const { events } = await get(`/api/sessions/${sessionId}/events?limit=100`)
  const types = events.map(({ type }) => type)
  const wanted = [
    'session.created',
    'session.connected',
    'message.sent',
    'message.received',
    'message.status',
  ]
  expect(types).toEqual(expect.arrayContaining(wanted))
})

test('its conversations, with what was said and ordered in them', async () => {
  const { conversations } = await get('/api/conversations?limit=50')
  expect(conversations.map(({ channel }) => channel.type)).toEqual(
    expect.arrayContaining(['session', 'twilio']),
  )
  for (const { id } of conversations) {
    expect((await get(`/api/conversations/${id}`)).conversation.id).toBe(id)
    expect((await get(`/api/conversations/${id}/messages`)).messages.length).toBeGreaterThan(0)
  }
  expect(conversations.flatMap(({ orderDetails }) => orderDetails?.items ?? []).length).toBeGreaterThan(0)
  await get('/api/conversations/settings')
  await get('/api/conversations/analytics')
})

test('its devices open, with every row and pre-key', async () => {
  const { dynamo, store } = w.db
  const device = dynamoDevice({
    dynamo,
    table: TABLE_NAMES.devices,
    session: sessionId,
    seal: deviceSeal(masterKey, accountId, sessionId),
  })
  const session = await Sessions.find(store, sessionId)
  const { rows, topPreKey } = await device.open(1_000)
  expect(session?.state.linked).toBe(true)
  expect([...rows.keys()].some((row) => row.startsWith('session:'))).toBe(true)
  for (const [row, text] of rows) expect(text.length, row).toBeGreaterThan(0)
  expect(topPreKey).toBeGreaterThan(0)
  expect((await device.preKeys([5, 6, 7])).size).toBeGreaterThan(0)
})

test('its leases, and the connectors that held them', async () => {
  const { leases } = await fleet(w.db.store, Date.now())
  expect(leases.length).toBeGreaterThan(0)
})

test('what it had put into queues', () => {
  const { commands, events, orders } = fixture<Record<'commands' | 'events' | 'orders', string[]>>('travels')
  expect(commands.map((body) => decode(body).command.type)).toEqual(['session.intent', 'message.send'])
  for (const body of events) expect(EventJob.parse(JSON.parse(body)).events.length).toBeGreaterThan(0)
  for (const body of orders) expect(OrderJob.parse(JSON.parse(body)).seen.sk).toBe('SEEN')
})

test('each version has left something to be held to', () => {
  const folders = Array.from({ length: ITEM_VERSION }, (_, index) =>
    join(FOLDER, `../v${index + 1}/main.json`),
  )
  expect(folders.filter((folder) => !existsSync(folder))).toEqual([])
})
