import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDomain } from '../../test/support/domain.ts'
import { CAROL } from '../../test/support/events.ts'
import type { Event } from '../contract/event.ts'
import { append } from '../log.ts'
import * as Labels from './label.ts'

type Domain = Awaited<ReturnType<typeof testDomain>>
const ANN = '4915100000002@s.whatsapp.net'
const S = 'labels'
let w: Domain
let at = Date.UTC(2026, 0, 1, 12)

beforeAll(async () => {
  w = await testDomain(at)
})
afterAll(() => w.close())

const event = (type: Event['type'], payload: object): Event => {
  at += 1_000
  const timestamp = new Date(at).toISOString()
  return { id: ulid(at), sessionId: S, accountId: 'acme', timestamp, type, payload } as Event
}
const tell = (...events: Event[]) => append(w.store, w.retention, events)
const made = (id: string, name: string) => event('label.updated', { label: { id, name, color: 0 } })
const put = (labelId: string, chatId: string) => event('label.added', { labelId, chatId })
const of = async (chatId: string) => (await Labels.ofChat(w.store, S, chatId)).map(({ id }) => id)
const chats = async (labelId: string) => (await Labels.chatsOf(w.store, S, labelId, { limit: 10 })).items

test('labels are on chats, found from both sides, in one transaction or in several', async () => {
  await tell(made('6', 'Paid'), put('6', ANN), put('6', CAROL), made('7', 'Due'))
  await tell(event('label.updated', { label: { id: '6', name: 'Paid up', color: 4 } }))
  expect(await Labels.list(w.store, S)).toEqual([
    { id: '6', name: 'Paid up', color: 4 },
    { id: '7', name: 'Due', color: 0 },
  ])
  expect(await of(ANN)).toEqual(['6'])
  expect(await chats('6')).toEqual([ANN, CAROL])
  await tell(event('label.removed', { labelId: '6', chatId: ANN }), put('7', ANN))
  expect(await of(ANN)).toEqual(['7'])
  expect(await chats('6')).toEqual([CAROL])
})

test('labels of messages are on no chat', async () => {
  await tell(event('label.added', { labelId: '7', chatId: CAROL, messageId: 'M1' }))
  expect(await of(CAROL)).toEqual(['6'])
  expect(await chats('7')).toEqual([ANN])
})

test('what a deleted label was on counts no more, also under a new label of the same id; and no id is given twice', async () => {
  await tell(event('label.deleted', { labelId: '7' }))
  expect(await of(ANN)).toEqual([])
  expect(await Labels.find(w.store, S, '7')).toBeUndefined()
  expect(await Labels.freeId(w.store, S)).toBe('8')
  await tell(made('7', 'Again'))
  expect(await of(ANN)).toEqual([])
  await tell(put('7', ANN))
  expect(await of(ANN)).toEqual(['7'])
  expect(await Labels.freeId(w.store, 'another')).toBe('6')
})
