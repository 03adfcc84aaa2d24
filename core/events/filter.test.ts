import { expect, test } from 'vitest'
import { EventFilter, wants } from './filter.ts'

test.each([
  ['*', 'message.received', true],
  ['message.*', 'message.received', true],
  ['message.*', 'messages.received', false],
  ['message.*', 'message', false],
  ['message.received', 'message.received', true],
  ['message.received', 'message.received.again', false],
  ['session.status', 'message.status', false],
])('%s and %s: %s', (pattern, type, fits) => {
  expect(wants([pattern], type)).toBe(fits)
})

test('one of several patterns is enough', () => {
  expect(wants(['session.*', 'message.sent'], 'message.sent')).toBe(true)
  expect(wants([], 'message.sent')).toBe(false)
})

test.each([[[]], [['message*']], [['*.sent']], [['']], [['message..sent']], [['MESSAGE.SENT']]])(
  '%j is no filter',
  (filter) => {
    expect(EventFilter.safeParse(filter).success).toBe(false)
  },
)
