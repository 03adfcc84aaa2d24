import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDomain } from '../../test/support/domain.ts'
import { CAROL, type Line, received, sent } from '../../test/support/events.ts'
import type { Event } from '../contract/event.ts'
import { append } from '../log.ts'
import { read } from '../log-reader.ts'
import { awaitingMedia, findAll, ofChat } from '../message.ts'

type Domain = Awaited<ReturnType<typeof testDomain>>
let w: Domain
let line: Line
const AT = Date.UTC(2026, 0, 1, 12)
const ANN = { phoneNumber: '+4915100000003', lid: '900003@lid' }

beforeAll(async () => {
  w = await testDomain(AT)
  line = { id: 'f'.repeat(32), accountId: 'acme' }
})
afterAll(() => w.close())

const tell = (...events: Event[]) => append(w.store, w.retention, events)
const message = async (id: string) =>
  (await findAll(w.store, id)).find(({ sessionId }) => sessionId === line.id)
let clock = AT
const next = () => {
  clock += 1_000
  return clock
}
const deed = (type: Event['type'], messageId: string, said: object, fromMe = false): Event => {
  const at = next()
  const timestamp = new Date(at).toISOString()
  const target = { messageId, fromMe, ...(fromMe ? {} : { sender: ANN }) }
  const who = { id: `D${at}`, chatId: CAROL, fromMe: false, from: '+4915100000003', sender: ANN, timestamp }
  const base = { id: ulid(at), sessionId: line.id, accountId: line.accountId, timestamp, type }
  return { ...base, payload: { ...who, target, ...said } } as Event
}

test('what is done to a message shows at it, whoever wrote it, in one transaction with it or later', async () => {
  await tell(received(line, next(), { id: 'A' }), deed('message.reaction', 'A', { emoji: '👍' }))
  expect(await message('A')).toMatchObject({
    text: 'hello',
    reactions: [{ from: '+4915100000003', emoji: '👍' }],
  })
  await tell(deed('message.reaction', 'A', { emoji: '' }), deed('message.edited', 'A', { text: 'hallo' }))
  expect(await message('A')).toMatchObject({ text: 'hallo', reactions: [], editedAt: expect.any(String) })

  await tell(sent(line, next(), { id: 'B' }), deed('message.edited', 'B', { text: 'new' }, true))
  expect(await message('B')).toMatchObject({ text: 'new', status: 'server' })
})

test('the same event twice is one', async () => {
  const reaction = deed('message.reaction', 'A', { emoji: '🎉' })
  await tell(reaction)
  await tell(deed('message.reaction', 'A', { emoji: '' }))
  await tell(reaction, reaction)
  expect(await message('A')).toMatchObject({ reactions: [] })
})

test('what is deleted for everyone has no content any more', async () => {
  await tell(received(line, next(), { id: 'C', text: 'secret', mentions: ['+491'], sealed: 'keys' }))
  await tell(deed('message.deleted', 'C', {}))
  const gone = await message('C')
  expect(gone).toMatchObject({ deletedAt: expect.any(String) })
  expect(gone?.text ?? gone?.mentions ?? gone?.sealed).toBeUndefined()
})

test('of a message that nobody saw, the log alone tells', async () => {
  await tell(
    deed('message.reaction', 'NEVER', { emoji: '👍' }),
    deed('poll.vote', 'NEVER', { options: ['a'] }),
  )
  expect(await findAll(w.store, 'NEVER')).toEqual([])
  const { items } = await read(w.store, line.id, { limit: 100 })
  expect(
    items.filter(({ payload }) => 'target' in payload && payload.target.messageId === 'NEVER'),
  ).toHaveLength(2)
})

test('many voters of one poll never collide', async () => {
  await tell(
    sent(line, next(), {
      id: 'P',
      type: 'poll',
      poll: { question: '?', options: ['a', 'b'], selectable: 1 },
    }),
  )
  const votes = Array.from({ length: 150 }, (_, n) => {
    const event = deed('poll.vote', 'P', { options: [n % 2 ? 'a' : 'b'] }, true)
    return { ...event, payload: { ...event.payload, from: `+49151000${n}` } } as Event
  })
  await Promise.all([tell(...votes.slice(0, 75)), tell(...votes.slice(75))])
  expect((await message('P'))?.votes).toHaveLength(150)
})

test('what waits for its content gets it, once, and is never taken back', async () => {
  const at = next()
  const waiting = (id: string): Event => {
    const event = received(line, at, { id, type: 'waiting', text: undefined })
    return { ...event, type: 'message.waiting' } as Event
  }
  await tell(waiting('W'))
  expect(await message('W')).toMatchObject({ type: 'waiting', status: 'received' })
  await tell(received(line, next(), { id: 'W', text: 'at last' }))
  expect(await message('W')).toMatchObject({ type: 'text', text: 'at last' })
  await tell({ ...waiting('W'), id: ulid(next()) }, received(line, next(), { id: 'W', text: 'again' }))
  expect(await message('W')).toMatchObject({ type: 'text', text: 'at last' })
})

test('keys of a message stand with it, and in no log', async () => {
  await tell(received(line, next(), { id: 'K', sealed: 'sealed keys' }))
  expect(await message('K')).toMatchObject({ sealed: 'sealed keys' })
  const { items } = await read(w.store, line.id, { limit: 500 })
  expect(JSON.stringify(items)).not.toContain('sealed keys')
})

test('a file that is to be fetched is found until it is told what became of it', async () => {
  const media = { mimetype: 'image/png', state: 'pending' as const }
  await tell(received(line, next(), { id: 'F', type: 'image', media }))
  const found = async () => (await awaitingMedia(w.store, line.id, 10)).items.map(({ id }) => id)
  expect(await found()).toEqual(['F'])
  await tell(deed('message.media', 'F', { media: { ...media, state: 'stored', id: 'x' } }))
  expect(await found()).toEqual([])
  expect(await message('F')).toMatchObject({ media: { state: 'stored', id: 'x' } })
})

test('what is done to messages has no place in the chat', async () => {
  const target = { messageId: 'A', fromMe: false, sender: ANN }
  await tell(sent(line, next(), { id: 'R', type: 'reaction', text: '👍', target }))
  const { items } = await ofChat(w.store, line.id, CAROL, { limit: 100 })
  expect(items.map(({ id }) => id)).not.toContain('R')
  expect(await message('R')).toMatchObject({ type: 'reaction', status: 'server' })
})
