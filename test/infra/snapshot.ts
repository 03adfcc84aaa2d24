/**
 * Keeps what this version has written, so that later versions can be held to reading it: one file per table in
 * test/fixtures/v<version>, and one with what travels by queues. Made when the version of stored items rises:
 *
 *     SNAPSHOT=1 npm run check:infra -- deployed
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { encode } from '#core/contract/envelope.ts'
import type { EventJob, OrderJob } from '#core/contract/job.ts'
import { read } from '#core/log-reader.ts'
import { newMessageId } from '#core/platform/id.ts'
import { ITEM_VERSION } from '#core/platform/version.ts'
import type { Deployment } from './deployment.ts'
import { ROOT } from './evaluate/layout.ts'

/** Pre-keys are many and alike. */
const BLOCKS_KEPT = ['p#0', 'p#1']
type Item = { pk: string; sk: string }

export async function snapshot({ database, store, tables, token, masterKey }: Deployment, sessionId: string) {
  const folder = join(ROOT, 'test/fixtures', `v${ITEM_VERSION}`)
  mkdirSync(folder, { recursive: true })
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(content, bytesAsBase64, 1)}\n`)
  const doc = DynamoDBDocumentClient.from(database)
  for (const [name, TableName] of Object.entries(tables)) {
    const { Items = [] } = await doc.send(new ScanCommand({ TableName }))
    const kept = (Items as Item[]).filter(({ sk }) => !sk.startsWith('p#') || BLOCKS_KEPT.includes(sk))
    write(
      name,
      kept.toSorted((one, other) => (one.pk + one.sk < other.pk + other.sk ? -1 : 1)),
    )
  }
  const { items: events } = await read(store, sessionId, { limit: 3 })
  const at = new Date().toISOString()
  const envelope = { v: 1 as const, id: 'command-1', accountId: 'acme', sessionId, sentAt: at }
  const messageId = newMessageId()
  const send = { messageId, to: '4915100000002@s.whatsapp.net', text: 'Hello', acceptedAt: at, again: false }
  write('travels', {
    commands: [
      encode({ ...envelope, command: { type: 'session.intent' } }),
      encode({ ...envelope, command: { type: 'message.send', ...send } }),
    ],
    events: [JSON.stringify({ v: 1, events } satisfies EventJob)],
    orders: [JSON.stringify({ v: 1, seen: { pk: 'SEEN#twilio:AC#SM', sk: 'SEEN' } } satisfies OrderJob)],
  })
  write('keys', { sessionId, accountId: 'acme', token, masterKey })
}

/** DynamoDB's binary values, marked so that they can be told from text. */
const bytesAsBase64 = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value
