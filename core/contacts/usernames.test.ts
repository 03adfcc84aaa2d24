import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDomain } from '../../test/support/domain.ts'
import * as Chats from '../chat.ts'
import { append } from '../log.ts'
import { contactBook } from './book.ts'
import { canonicalChatId, canonicalPersonId } from './canonical.ts'
import { list } from './contact.ts'
import type { Sighting } from './merge.ts'

const AT = Date.UTC(2026, 0, 1, 12)
const [NUMBER, LID, OTHER] = ['+4915100000003', '900003@lid', '900004@lid']
const JID = '4915100000003@s.whatsapp.net'
let w: Awaited<ReturnType<typeof testDomain>>
let sessions = 0

beforeAll(async () => {
  w = await testDomain(AT)
})
afterAll(() => w.close())

function line() {
  const sessionId = `usernames-${++sessions}`
  const book = contactBook(w.store, { sessionId, accountId: 'acme' })
  let at = AT
  return {
    sessionId,
    book,
    async hears(sighting: Sighting) {
      at += 1_000
      const news = await book.news([{ eventId: ulid(at), sighting }], new Date(at).toISOString())
      await append(w.store, w.retention, news)
    },
    canonical: (text: string) => canonicalChatId(w.store, sessionId, text),
  }
}

test('a username leads to the person, however it is written, and to the number once that is known', async () => {
  const s = line()
  await s.hears({ lid: LID, username: 'ada.l' })
  for (const written of ['@ada.l', '@Ada.L', ' @ada.l ']) expect(await s.canonical(written)).toBe(LID)
  expect(await canonicalPersonId(w.store, s.sessionId, '@ada.l')).toBe(LID)
  await s.hears({ lid: LID, phoneNumber: NUMBER, pushName: 'Ada' })
  expect(await s.canonical('@ada.l')).toBe(JID)
  expect(await Chats.named(w.store, s.sessionId, [JID])).toMatchObject([
    { id: JID, name: 'Ada', phoneNumber: NUMBER, lid: LID, username: 'ada.l' },
  ])
  for (const search of ['@ada', 'ada.l', 'Ada'])
    expect((await list(w.store, s.sessionId, { limit: 5 }, { search })).items).toMatchObject([
      { id: JID, username: 'ada.l' },
    ])
})

test('one that nobody here has is unknown, and it is said what to do; what is none is refused', async () => {
  const s = line()
  await expect(s.canonical('@nobody')).rejects.toMatchObject({
    code: 'USERNAME_UNKNOWN',
    status: 404,
    details: { username: 'nobody', action: expect.stringContaining('/usernames/nobody') },
  })
  for (const wrong of ['@ab', '@', '@12345', '@with space', `@${'a'.repeat(36)}`, '@drop#table'])
    await expect(s.canonical(wrong)).rejects.toMatchObject({ code: 'INVALID_RECIPIENT' })
})

test('a username that was given up, or is somebody else’s now, leads to nobody else', async () => {
  const s = line()
  await s.hears({ lid: LID, username: 'ada' })
  await s.hears({ lid: LID, username: 'ada.lovelace' })
  await expect(s.canonical('@ada')).rejects.toMatchObject({ code: 'USERNAME_UNKNOWN' })
  expect(await s.canonical('@ada.lovelace')).toBe(LID)
  await s.hears({ lid: OTHER, username: 'ada' })
  expect(await s.canonical('@ada')).toBe(OTHER)
  expect(await line().book.news([], '')).toEqual([])
})

test('what a line has heard of usernames is at hand, by LID and by number', async () => {
  const s = line()
  expect(s.book.usernameOf({ lid: LID })).toBeUndefined()
  await s.hears({ lid: LID, phoneNumber: NUMBER, username: 'ada' })
  expect([s.book.usernameOf({ lid: LID }), s.book.usernameOf({ phoneNumber: NUMBER })]).toEqual([
    'ada',
    'ada',
  ])
})
