import { expect, test } from 'vitest'
import type { Event, Message } from '../api/types.ts'
import { moved } from './list.ts'
import { applied, merged } from './thread.ts'

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  chatId: '1@s.whatsapp.net',
  fromMe: true,
  from: '+2',
  to: '+1',
  sender: {},
  timestamp: `2026-01-01T12:00:0${id}.000Z`,
  type: 'text',
  text: `text ${id}`,
  status: 'accepted',
  ...more,
})
const base = { id: 'E', sessionId: 'S', accountId: 'A', timestamp: '2026-01-01T12:00:00.000Z' }
const status = (messageId: string, reached: 'delivered' | 'read' | 'failed', more = {}): Event => ({
  ...base,
  type: 'message.status',
  payload: { messageId, status: reached, ...more },
})
const came = (facts: Partial<Message>): Extract<Event, { type: 'message.received' }> => {
  const { status: _, media: __, ...known } = message('3', { fromMe: false, ...facts })
  return { ...base, type: 'message.received', payload: { message: known } }
}

test('messages stand in the order in which they were said, each once', () => {
  const shown = merged([message('2')], [message('1'), message('2'), message('3')])
  expect(shown.map(({ id }) => id)).toEqual(['1', '2', '3'])
})

test('those of one second stand in the order in which they came', () => {
  const at = { timestamp: '2026-01-01T12:00:00.000Z' }
  const shown = merged([message('9', at)], [message('5', at), message('7', at), message('9', at)])
  expect(shown.map(({ id }) => id)).toEqual(['9', '5', '7'])
})

test('a message of ours and one of theirs may share an id', () => {
  expect(merged([message('1')], [message('1', { fromMe: false, status: 'received' })])).toHaveLength(2)
})

test('states never step back, whichever way they come', () => {
  const read = applied([message('1')], status('1', 'read'))
  expect(read).toMatchObject([{ status: 'read' }])
  expect(applied(read ?? [], status('1', 'delivered'))).toMatchObject([{ status: 'read' }])
  expect(merged(read ?? [], [message('1', { text: 'edited' })])).toMatchObject([
    { status: 'read', text: 'edited' },
  ])
})

test('a failure is shown with its reason, until it was sent after all', () => {
  const failed = applied([message('1')], status('1', 'failed', { reason: 'no_account' }))
  expect(failed).toMatchObject([{ status: 'failed', reason: 'no_account' }])
  expect(applied(failed ?? [], status('1', 'delivered'))).toMatchObject([{ status: 'delivered' }])
})

test('a text that comes in is shown at once; for a file the API is asked', () => {
  expect(applied([], came({}))).toMatchObject([{ text: 'text 3', status: 'received' }])
  expect(applied([], came({ type: 'image' }))).toBeUndefined()
})

test('what one member of a group read says nothing about all', () => {
  const event = status('1', 'read', { chatId: '5@g.us', participant: '+1' })
  expect(applied([message('1')], event)).toBeUndefined()
})

test('a new message takes its chat to the top, and an old one leaves it', () => {
  const [first] = moved([], came({ sender: { name: 'Ann', phoneNumber: '+1' } }))
  expect(first).toMatchObject({ name: 'Ann', phoneNumber: '+1', lastMessage: { text: 'text 3' } })
  const other = { ...first!, id: '9@s.whatsapp.net' }
  expect(moved([other, first!], came({ timestamp: '2026-01-01T13:00:00.000Z' })).map(({ id }) => id)).toEqual(
    [first!.id, other.id],
  )
  expect(moved([other, first!], came({ timestamp: '2025-01-01T13:00:00.000Z' }))).toEqual([other, first])
})

test('what is cleared, deleted with its chat or deleted for ourselves is not shown any more', () => {
  const all = [message('1'), message('2'), message('3', { fromMe: false })]
  const emptied = (upTo?: string): Event => ({
    ...base,
    timestamp: '2026-01-01T12:00:09.000Z',
    type: 'chat.cleared',
    payload: { chatId: '1@s.whatsapp.net', ...(upTo ? { upTo } : {}) },
  })
  expect(applied(all, emptied())).toEqual([])
  expect(applied(all, emptied('2026-01-01T12:00:02.999Z'))).toEqual([all[2]])
  const target = { messageId: '3', fromMe: false }
  const removed: Event = { ...base, type: 'message.removed', payload: { chatId: '1@s.whatsapp.net', target } }
  expect(applied(all, removed)).toEqual(all.slice(0, 2))
})
