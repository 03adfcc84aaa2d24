import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../architecture/sources.ts'
import { ASSUMED } from '../cost/assumed.ts'
import { billOf, fixedOf, messagesOf, totalOf } from '../cost/bill.ts'
import { type Cost, type Counts, readCounts } from '../cost/counts.ts'
import { costDocument } from '../cost/document.ts'
import { idleMinute } from '../cost/idle.ts'
import { PRICES } from '../cost/prices.ts'
import { scaleDocument } from '../cost/scale.ts'
import { connectorsFor, PRODUCTION, shardsFor } from '../cost/size.ts'
import { billedBytes } from '../cost/stored.ts'

const counts = readCounts()

test.each([
  ['docs/cost.md', costDocument],
  ['docs/scale.md', scaleDocument],
])('%s says what the counts, prices and limits come to', (file, document) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toBe(document(counts))
})

test('a minute of idleness, as it is reckoned, is the one that was counted', () => {
  const { readUnits, writeUnits } = idleMinute({ sessions: 6, connectors: 1, shards: counts.shards }, counts)
  expect(Math.abs(readUnits / counts.idle.readUnits - 1)).toBeLessThan(0.1)
  expect(Math.abs(writeUnits / counts.idle.writeUnits - 1)).toBeLessThan(0.1)
})

test('a bill adds up: a million messages out, reckoned by hand', () => {
  const bill = messagesOf({ out: 1e6, in: 0 }, 'alone', simple)
  // 10 write units and 2 read units; three requests to FIFO queues, none to others.
  expect(bill.database).toBeCloseTo(10 * 0.625 + 2 * 0.125, 6)
  expect(bill.queues).toBeCloseTo(3 * 0.5, 6)
  // An API request and 40 ms of Lambda at 1 GB.
  expect(bill.functions).toBeCloseTo(1 + 0.2 + 0.04 * 13.3334, 4)
  // 1,000 bytes of message, and 100 of text twice, for a year; 400 of events, and the text, for a week.
  const [perGbMonth, daysOfMonth] = [0.45, 730 / 24]
  expect(bill.storage).toBeCloseTo(((1_200 * 365 + 500 * 7) / 1_000 / daysOfMonth) * perGbMonth, 4)
})

test('as part of a conversation a message costs a queue, a consumer and storage besides', () => {
  const [plain, told] = (['alone', 'told alone'] as const).map((kind) =>
    messagesOf({ out: 0, in: 1e6 }, kind, simple),
  )
  expect(told!.queues - plain!.queues).toBeCloseTo(3 * 0.4, 6)
  expect(told!.functions - plain!.functions).toBeCloseTo(0.2 + 0.2 * 0.5 * 13.3334, 4)
  expect(told!.storage).toBeGreaterThan(plain!.storage)
})

test('more sessions take more connectors, and shards enough to share out', () => {
  expect([1, 2_000, 2_001, 10_000].map((sessions) => connectorsFor(sessions, PRODUCTION))).toEqual([
    2, 2, 3, 10,
  ])
  expect([1, 4_000, 4_001, 10_000, 100_000].map((sessions) => shardsFor(sessions, PRODUCTION))).toEqual([
    16, 16, 32, 64, 512,
  ])
  const totals = [1, 100, 10_000].map((sessions) => totalOf(fixedOf(sessions, PRODUCTION, counts)))
  expect(totals).toEqual(totals.toSorted((one, other) => one - other))
})

test('a bill is its fixed part and its messages', () => {
  const load = { sessions: 10, messages: 1e6, kind: 'told busy' } as const
  const parts = [fixedOf(10, PRODUCTION, counts), messagesOf({ out: 5e5, in: 5e5 }, 'told busy', counts)].map(
    totalOf,
  )
  expect(totalOf(billOf(load, PRODUCTION, counts))).toBeCloseTo(parts[0]! + parts[1]!, 8)
})

test('an item is billed in its table and once more in each index that it stands in', () => {
  // 'pk' + 'a', 'sk' + 'b', and 10 bytes; 100 on top.
  const item = { pk: { S: 'a' }, sk: { S: 'b' }, text: { S: 'sixsix' } }
  expect(billedBytes('messages', item)).toBe(116)
  const inChat = { ...item, chatPk: { S: 'c' }, chatSk: { S: 'd' } }
  expect(billedBytes('messages', inChat)).toBe(2 * (116 + 14))
  // Two digits to a byte and one on top; a list is three bytes, and one for each member.
  expect(billedBytes('events', { n: { N: '1234' }, l: { L: [{ BOOL: true }] } })).toBe(
    100 + 1 + 3 + 1 + 3 + 2,
  )
})

test('every price is positive and names a page; what is assumed is no zero', () => {
  for (const { usd, page } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0)
    expect(page).toMatch(/^[a-z0-9-]+\/pricing(\/[a-z-]+)?$/)
  }
  expect(Object.values(ASSUMED).every((value) => value > 0)).toBe(true)
})

const cost = (by: Record<string, number>): Cost => ({ writeUnits: 10, readUnits: 2, by, writes: {} })
const plain = cost({
  'SendMessageBatch commands': 1,
  'ReceiveMessage commands': 1,
  'DeleteMessageBatch commands': 1,
})
const told = cost({
  ...plain.by,
  'SendMessageBatch events': 1,
  'ReceiveMessage events': 1,
  'DeleteMessageBatch events': 1,
  'TransactWriteItems events+messages': 1,
})
const way = (one: Cost) => ({ out: one, in: one })
const simple: Counts = {
  ...counts,
  kinds: { alone: way(plain), spread: way(plain), 'told alone': way(told), 'told busy': way(told) },
  stored: { message: 1_000, events: 400, conversation: 500, eventsOfConversation: 300, device: 1_000 },
}
