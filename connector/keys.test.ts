import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MessageFacts } from '#core/contract/message.ts'
import { deviceSeal } from '#core/device/index.ts'
import { outgoingKey } from '#core/message.ts'
import { logger } from '#core/platform/log.ts'
import { type Database, database } from '../test/support/database.ts'
import { encode } from './convert/index.ts'
import { messageKeys } from './keys.ts'

const [OLD, NEW] = ['01'.repeat(32), '02'.repeat(32)]
let db: Database

beforeAll(async () => {
  db = await database()
})
afterAll(() => db.close())

const keysUnder = (masterKeys: string) =>
  messageKeys(db.store, 's1', deviceSeal(masterKeys, 'a1', 's1'), logger('silent'))
const poll = { question: 'When?', options: ['now', 'later'], selectable: 1 }

/** A poll of ours, as it stands in the ledger. */
async function stored(id: string): Promise<MessageFacts> {
  const chatId = '4915100000002@s.whatsapp.net'
  const message = encode({ type: 'poll', poll }, { to: chatId, me: undefined, at: 0 })
  const facts: MessageFacts = {
    id,
    chatId,
    fromMe: true,
    from: '+4915100000001',
    to: '+4915100000002',
    sender: {},
    timestamp: '2026-01-01T00:00:00.000Z',
    type: 'poll',
    poll,
    sealed: keysUnder(OLD).seal(message, id),
  }
  await db.store.put('messages', { ...outgoingKey('s1', id), ...facts, sessionId: 's1', accountId: 'a1' })
  return facts
}

test('keys of messages are opened by whoever has the master key, a former one included', async () => {
  const { id } = await stored('POLL1')
  for (const masterKeys of [OLD, `${NEW},${OLD}`]) {
    const keys = keysUnder(masterKeys)
    const about = await keys.about({ messageId: id, fromMe: true })
    expect(about?.message.pollCreationMessageV3?.name).toBe('When?')
    expect(await keys.encoded(id)).toEqual(about && Buffer.from(keys.encode(about)))
  }
})

test('without it there are no keys, and nothing else is held up by that', async () => {
  const facts = await stored('POLL2')
  const keys = keysUnder(NEW)
  expect(keys.opened(facts)).toBeUndefined()
  expect(await keys.about({ messageId: 'POLL2', fromMe: true })).toBeUndefined()
  expect(await keys.encoded('POLL2')).toBeUndefined()
})
