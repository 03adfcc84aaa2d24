import { expect, test } from 'vitest'
import { addressOf, chatIdOf, isGroup, isListed, isPerson, phoneNumberOf } from './jid.ts'

test.each([
  '+4915123456789',
  '4915123456789',
  ' +49 (151) 2345-6789 ',
  '+49\u00a0151\u20112345.6789',
  '4915123456789@s.whatsapp.net',
  '4915123456789@c.us',
  '4915123456789:12@s.whatsapp.net',
  '4915123456789_1:12@s.whatsapp.net',
])('%j is one person', (written) => {
  expect(chatIdOf(written)).toBe('4915123456789@s.whatsapp.net')
})

test.each([
  ['5215512345678@s.whatsapp.net', '5215512345678@s.whatsapp.net'],
  ['+52 1 55 1234 5678', '5215512345678@s.whatsapp.net'],
  ['9980000000000@s.whatsapp.net', '9980000000000@s.whatsapp.net'],
  ['9980000000000:2@c.us', '9980000000000@s.whatsapp.net'],
])('whom WhatsApp knows is somebody, also by a number that no plan has: %j', (written, chatId) => {
  expect(chatIdOf(written)).toBe(chatId)
})

test.each([
  ['182773645@lid', '182773645@lid'],
  ['182773645:3@lid', '182773645@lid'],
  ['120363041234567890@g.us', '120363041234567890@g.us'],
  ['491512345678-1600000000@g.us', '491512345678-1600000000@g.us'],
  ['120363041234567890@newsletter', '120363041234567890@newsletter'],
  ['1700000000@broadcast', '1700000000@broadcast'],
  ['status@broadcast', 'status@broadcast'],
  ['status', 'status@broadcast'],
])('%j is kept as %j', (written, chatId) => {
  expect(chatIdOf(written)).toBe(chatId)
})

test.each([
  '',
  '+',
  'hello',
  '+49 151 CALL-ME',
  '015123456789',
  '+123',
  '+9991234567890',
  '+49151234567890123456',
  '4915123456789@example.com',
  '4915123456789@s.whatsapp.net.evil',
  '015123456789@s.whatsapp.net',
  '4915-123456789@s.whatsapp.net',
  '1234@s.whatsapp.net',
  '12345678901234567@s.whatsapp.net',
  'x@newsletter',
  '@s.whatsapp.net',
  'x@lid',
  '4915123456789@s.whatsapp.net@g.us',
])('%j is nobody', (written) => {
  expect(() => chatIdOf(written)).toThrowError(
    expect.objectContaining({ code: 'INVALID_RECIPIENT', status: 400 }),
  )
})

test('people are shown by their number where it is known', () => {
  expect(addressOf('4915123456789@s.whatsapp.net')).toBe('+4915123456789')
  expect(addressOf('182773645@lid')).toBe('182773645@lid')
  expect(phoneNumberOf('120363041234567890@g.us')).toBeUndefined()
  expect(isGroup('120363041234567890@g.us')).toBe(true)
})

test('status updates and channels are not in the list of chats, broadcast lists are', () => {
  expect(['status@broadcast', '120363041234567890@newsletter'].filter(isListed)).toEqual([])
  const listed = [
    '4915123456789@s.whatsapp.net',
    '182773645@lid',
    '120363041234567890@g.us',
    '1700000000@broadcast',
  ]
  expect(listed.filter(isListed)).toEqual(listed)
  expect(listed.filter(isPerson)).toEqual(listed.slice(0, 2))
})
