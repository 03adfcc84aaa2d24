import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countCalls } from '../../test/support/calls.ts'
import { testDomain } from '../../test/support/domain.ts'
import { append } from '../log.ts'
import { contactBook } from './book.ts'
import { find, list } from './contact.ts'
import type { Sighting } from './merge.ts'

type Domain = Awaited<ReturnType<typeof testDomain>>
const AT = Date.UTC(2026, 0, 1, 12)
const [NUMBER, LID] = ['+4915100000003', '900003@lid']
const JID = '4915100000003@s.whatsapp.net'
let w: Domain
let sessions = 0

beforeAll(async () => {
  w = await testDomain(AT)
})
afterAll(() => w.close())

/** A session whose connector hears of people. */
function someone() {
  const sessionId = `session-${++sessions}`
  const book = contactBook(w.store, { sessionId, accountId: 'acme' })
  let at = AT
  return {
    async hears(...sightings: Sighting[]) {
      at += 1_000
      const heard = sightings.map((sighting, index) => ({ eventId: `${ulid(at)}.${index}`, sighting }))
      const news = await book.news(heard, new Date(at).toISOString())
      await append(w.store, w.retention, news)
      return news
    },
    find: (id: string) => find(w.store, sessionId, id),
    list: (wanted: { search?: string; saved?: boolean } = {}, limit = 50, cursor?: string) =>
      list(w.store, sessionId, { limit, cursor }, wanted),
  }
}

test('who was known by a LID alone and by a number alone is one person, once both are heard together', async () => {
  const s = someone()
  await s.hears({ lid: LID, pushName: 'Ada' })
  await s.hears({ phoneNumber: NUMBER, savedName: 'Ada Lovelace' })
  expect((await s.list()).items.map(({ id }) => id)).toEqual([LID, JID])
  const [event] = await s.hears({ lid: LID, phoneNumber: NUMBER, pushName: 'Ada' })
  expect(event).toMatchObject({ type: 'contact.updated', payload: { formerId: LID, contact: { id: JID } } })
  const both = {
    id: JID,
    lid: LID,
    phoneNumber: NUMBER,
    name: 'Ada Lovelace',
    pushName: 'Ada',
    isSaved: true,
  }
  expect((await s.list()).items).toMatchObject([both])
  expect(await s.find(LID)).toMatchObject(both)
  // By the LID alone it is the same person from now on.
  await s.hears({ lid: LID, about: 'Computing' })
  expect((await s.list()).items).toMatchObject([{ ...both, about: 'Computing' }])
})

test('a person who changes the number under the same LID stays the same contact', async () => {
  const s = someone()
  await s.hears({ phoneNumber: NUMBER, lid: LID, pushName: 'Ada' })
  await s.hears({ phoneNumber: '+4915100000009', lid: LID, pushName: 'Ada' })
  expect((await s.list()).items).toMatchObject([{ phoneNumber: '+4915100000009', lid: LID }])
  expect(await s.find(JID)).toBeUndefined()
})

test('somebody known asks nothing and writes nothing; news in one turn of another and back are all told', async () => {
  const s = someone()
  expect(await s.hears({ phoneNumber: NUMBER, lid: LID, pushName: 'Ada' })).toHaveLength(1)
  let calls = 0
  countCalls(w.db.dynamo, () => calls++)
  for (let message = 0; message < 5; message++)
    expect(await s.hears({ phoneNumber: NUMBER, lid: LID, pushName: 'Ada' })).toEqual([])
  expect(calls).toBe(0)
  for (const savedName of ['A', 'B', 'A'])
    expect(await s.hears({ phoneNumber: NUMBER, lid: LID, savedName })).toHaveLength(1)
  expect(await s.find(JID)).toMatchObject({ savedName: 'A', pushName: 'Ada' })
  expect(await s.hears({ phoneNumber: NUMBER, savedName: null })).toHaveLength(1)
  expect(await s.find(JID)).toMatchObject({ savedName: null, isSaved: false, name: 'Ada' })
})

test('a name that the phone gives a chat counts only while the person has told none; a bare number is nobody', async () => {
  const s = someone()
  await s.hears({ phoneNumber: NUMBER, chatName: 'Ada?' })
  await s.hears({ phoneNumber: NUMBER, pushName: 'Ada' })
  await s.hears({ phoneNumber: NUMBER, chatName: 'Ada?' })
  expect(await s.find(JID)).toMatchObject({ name: 'Ada' })
  expect(await s.hears({ phoneNumber: '+4915100000010' })).toEqual([])
})

test('a search looks at names and numbers, and its pages follow each other without a gap', async () => {
  const s = someone()
  const people = Array.from({ length: 250 }, (_, index) => ({
    phoneNumber: `+4915100001${String(index).padStart(3, '0')}`,
    pushName: `${index % 2 ? 'Odd' : 'Even'} ${String(index).padStart(3, '0')}`,
  }))
  await s.hears(...people)
  const found: (string | null)[] = []
  let cursor: string | undefined
  do {
    const page = await s.list({ search: 'ODD' }, 40, cursor)
    expect(page.items.length).toBeLessThanOrEqual(40)
    found.push(...page.items.map(({ name }) => name))
    cursor = page.cursor
  } while (cursor)
  expect(found).toEqual(people.flatMap(({ pushName }) => (pushName.startsWith('Odd') ? [pushName] : [])))
  expect((await s.list({ search: '0001 123' })).items).toMatchObject([{ name: 'Odd 123' }])
  await expect(s.list({ search: 'x' }, 40, 'y~zz')).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
})
