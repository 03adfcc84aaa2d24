import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const [ANN, BOB] = ['4915100000002', '4915100000003']
let w: CapabilityWorld
let id: string
const path = (rest: string) => `/api/sessions/${id}${rest}`

type Label = { id: string; name: string; color: number }
const labels = async () => (await w.call<{ labels: Label[] }>('GET', path('/labels'))).body.labels
const labelsOf = async (number: string) =>
  (await w.call<{ labels: Label[] }>('GET', path(`/chats/+${number}/labels`))).body.labels.map(
    ({ name }) => name,
  )
const chatsWith = async (label: string) =>
  (await w.call<{ chats: { id: string }[] }>('GET', path(`/labels/${label}/chats`))).body.chats.map(
    (chat) => chat.id,
  )
const onPhone = async (number: string) =>
  (await w.phones.state(PHONE)).chats.find(({ chat }) => chat === `+${number}`)?.labels ?? []

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  await w.phones.change(PHONE, { label: { id: '1', name: 'New customer', color: 1 } })
  id = (await w.line(PHONE)).id
  for (const number of [ANN, BOB]) {
    const sent = await w.phones.send(number, { to: PHONE, text: 'Hello' })
    await w.received(id, sent.id)
  }
})
afterAll(() => w.close())

let paid: Label

capability('Take over the labels of the phone', 'GET /api/sessions/{sessionId}/labels', async () => {
  await until('the label of before', async () => (await labels()).some(({ name }) => name === 'New customer'))
  await w.phones.change(PHONE, { label: { id: '2', name: 'Order' } })
  expect((await w.event(id, 'label.updated', ({ label }) => label.id === '2')).payload).toEqual({
    label: { id: '2', name: 'Order', color: 0 },
  })
  await w.phones.change(PHONE, { label: { id: '2', name: 'Order', deleted: true } })
  await w.event(id, 'label.deleted', ({ labelId }) => labelId === '2')
  expect(await labels()).toEqual([{ id: '1', name: 'New customer', color: 1 }])
})

capability(
  'Create, change and delete labels',
  'POST /api/sessions/{sessionId}/labels · PUT /api/sessions/{sessionId}/labels/{labelId} · DELETE /api/sessions/{sessionId}/labels/{labelId}',
  async () => {
    const made = await w.call<{ label: Label }>('POST', path('/labels'), { name: 'Paid', color: 3 })
    expect(made).toMatchObject({ status: 200, body: { label: { name: 'Paid', color: 3 } } })
    paid = made.body.label
    expect((await w.phones.state(PHONE)).labels).toContainEqual(paid)
    const changed = await w.call('PUT', path(`/labels/${paid.id}`), { name: 'Paid up' })
    expect(changed.body).toMatchObject({ label: { ...paid, name: 'Paid up' } })
    expect((await w.phones.state(PHONE)).labels).toContainEqual({ ...paid, name: 'Paid up' })
    const other = await w.call<{ label: Label }>('POST', path('/labels'), { name: 'Gone soon' })
    expect((await w.call('DELETE', path(`/labels/${other.body.label.id}`))).status).toBe(200)
    expect((await w.phones.state(PHONE)).labels.map(({ name }) => name)).toEqual(['New customer', 'Paid up'])
    expect((await labels()).map(({ name }) => name)).toEqual(['New customer', 'Paid up'])
    expect(await w.call('PUT', path('/labels/99'), { name: 'Nobody' })).toMatchObject({
      status: 404,
      body: { code: 'LABEL_NOT_FOUND' },
    })
    expect((await w.call('PUT', path(`/labels/${paid.id}`), {})).body).toMatchObject({
      code: 'VALIDATION_ERROR',
    })
  },
)

capability(
  'Put labels on chats, and take them off',
  'PUT /api/sessions/{sessionId}/chats/{chatId}/labels/{labelId} · DELETE /api/sessions/{sessionId}/chats/{chatId}/labels/{labelId} · GET /api/sessions/{sessionId}/chats/{chatId}/labels',
  async () => {
    const at = path(`/chats/+${ANN}/labels/${paid.id}`)
    expect((await w.call('PUT', at)).status).toBe(200)
    expect(await onPhone(ANN)).toEqual([paid.id])
    expect(await labelsOf(ANN)).toEqual(['Paid up'])
    expect((await w.call('DELETE', at)).status).toBe(200)
    expect(await onPhone(ANN)).toEqual([])
    expect(await labelsOf(ANN)).toEqual([])
    await w.phones.change(PHONE, { labelled: { label: '1', chat: ANN, on: true } })
    expect((await w.event(id, 'label.added', ({ labelId }) => labelId === '1')).payload.chatId).toBe(
      jidOf(ANN),
    )
    expect(await labelsOf(ANN)).toEqual(['New customer'])
    await w.phones.change(PHONE, { labelled: { label: '1', chat: ANN, on: false } })
    await w.event(id, 'label.removed', ({ labelId }) => labelId === '1')
    expect(await labelsOf(ANN)).toEqual([])
  },
)

capability(
  'Set all labels of a chat, and find the chats of a label',
  'PUT /api/sessions/{sessionId}/chats/{chatId}/labels · GET /api/sessions/{sessionId}/labels/{labelId}/chats · GET /api/sessions/{sessionId}/chats',
  async () => {
    const set = (number: string, ids: string[]) =>
      w.call('PUT', path(`/chats/+${number}/labels`), { labels: ids })
    await set(ANN, ['1'])
    expect((await set(ANN, [paid.id])).status).toBe(200)
    expect((await set(BOB, ['1', paid.id])).status).toBe(200)
    expect(await onPhone(ANN)).toEqual([paid.id])
    expect((await onPhone(BOB)).sort()).toEqual(['1', paid.id])
    expect(await chatsWith(paid.id)).toEqual([jidOf(ANN), jidOf(BOB)])
    expect(await chatsWith('1')).toEqual([jidOf(BOB)])
    await w.sends(id, { to: BOB, text: 'You have paid' })
    await w.sends(id, { to: '4915100000004', text: 'You have not' })
    const listed = await w.call<{ chats: { id: string }[] }>('GET', path(`/chats?label=${paid.id}`))
    expect(listed.body.chats).toMatchObject([{ id: jidOf(BOB) }, { id: jidOf(ANN) }])
    await w.call('DELETE', path(`/labels/${paid.id}`))
    expect(await labelsOf(BOB)).toEqual(['New customer'])
  },
)

capability(
  'Put a label on a message',
  'PUT /api/sessions/{sessionId}/messages/{messageId}/labels/{labelId} · DELETE /api/sessions/{sessionId}/messages/{messageId}/labels/{labelId}',
  async () => {
    const { id: messageId } = await w.sends(id, { to: ANN, text: 'Invoice 7' })
    const at = path(`/messages/${messageId}/labels/1`)
    expect((await w.call('PUT', at)).status).toBe(200)
    const labelled = { label: '1', chat: `+${ANN}`, id: messageId }
    expect((await w.phones.state(PHONE)).labelledMessages).toEqual([labelled])
    expect((await w.event(id, 'label.added', (on) => on.messageId === messageId)).payload.chatId).toBe(
      jidOf(ANN),
    )
    expect((await w.call('DELETE', at)).status).toBe(200)
    expect((await w.phones.state(PHONE)).labelledMessages).toEqual([])
    const { unknownQueries, problems } = await w.phones.stats()
    expect({ unknownQueries, problems }).toEqual({ unknownQueries: {}, problems: [] })
  },
)
