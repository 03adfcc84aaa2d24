import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { iso } from '#core/platform/clock.ts'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { messageStatus, received, sent } from '../../../test/support/events.ts'

const MINUTE = 60_000
const UNFIT = { status: 409, body: { code: 'MESSAGE_NOT_USABLE' } }
let w: World
let session: Session

beforeAll(async () => {
  w = await apiWorld()
  session = await w.connected()
})
afterAll(() => w.close())

const line = () => ({ id: session.id, accountId: 'acme' })
const tell = (...events: Parameters<typeof append>[2]) => append(w.store, w.retention, events)
const accepted = async (more: Record<string, unknown> = {}) => {
  const body = { sessionId: session.id, to: '+4915100000003', text: 'Helo', ...more }
  return (await w.request('POST', '/api/messages', body)).body.message.id
}
const change = (method: 'PUT' | 'DELETE', id: string, key?: string) =>
  w.request(method, `/api/messages/${id}`, method === 'PUT' ? { text: 'Hello' } : undefined, {
    headers: key ? { 'Idempotency-Key': key } : {},
  })

test('a text is edited while it waits, and for 15 minutes after it was sent', async () => {
  const id = await accepted()
  w.clock.now += 20 * MINUTE
  expect(await change('PUT', id)).toMatchObject({ status: 202 })
  await tell(sent(line(), w.clock.now, { id, text: 'Helo' }))
  w.clock.now += 15 * MINUTE
  expect(await change('PUT', id, 'in time')).toMatchObject({ status: 202 })
  w.clock.now += 1
  const late = await change('PUT', id)
  expect(late).toMatchObject(UNFIT)
  expect(late.text).toContain('15 minutes')
})

test('a change that is asked for again under its key is the same one, whatever became of the message', async () => {
  const id = await accepted()
  await tell(sent(line(), w.clock.now, { id, text: 'Helo' }))
  const edit = await change('PUT', id, 'edit 1')
  const deletion = await change('DELETE', id, 'delete 1')
  const { body } = deletion
  const deed = { id: body.message.id, type: 'delete', text: undefined }
  w.clock.now += 20 * MINUTE
  await tell(sent(line(), w.clock.now, deed), {
    ...messageStatus(line(), w.clock.now + 1, id, 'server'),
    type: 'message.deleted',
    payload: {
      id: deed.id,
      chatId: body.message.chatId,
      fromMe: true,
      from: '+4915100000001',
      sender: {},
      target: { messageId: id, fromMe: true },
      timestamp: iso(w.clock.now),
    },
  })
  expect((await w.request('GET', `/api/messages/${id}`)).body.message).toHaveProperty('deletedAt')
  expect((await change('PUT', id, 'edit 1')).body.message.id).toBe(edit.body.message.id)
  expect((await change('DELETE', id, 'delete 1')).body.message.id).toBe(deed.id)
  expect(await change('DELETE', id)).toMatchObject(UNFIT)
  expect(await change('PUT', id)).toMatchObject(UNFIT)
})

test('what was never sent is not edited; what was taken back stays so, however often', async () => {
  const failed = await accepted()
  await tell(messageStatus(line(), w.clock.now, failed, 'failed', { reason: 'not_on_whatsapp' }))
  expect(await change('PUT', failed)).toMatchObject(UNFIT)

  const later = await accepted({ sendAt: iso(w.clock.now + 60 * MINUTE) })
  await w.commands()
  for (const key of [undefined, 'again', 'again']) {
    const { status, body } = await change('DELETE', later, key)
    expect(status).toBe(202)
    expect(body.message).toMatchObject({ id: later, status: 'failed', reason: 'cancelled' })
  }
  expect(await w.commands()).toEqual([])
})

test('nothing refers to a message that has not left, or is gone', async () => {
  const at = w.clock.now + 60 * MINUTE
  const later = await accepted({ sendAt: iso(at) })
  const gone = await accepted()
  await tell(messageStatus(line(), w.clock.now, gone, 'failed', { reason: 'not_on_whatsapp' }))
  const post = (body: Record<string, unknown>) =>
    w.request('POST', '/api/messages', { sessionId: session.id, ...body })
  for (const messageId of [later, gone]) {
    expect(await change('PUT', messageId)).toMatchObject(UNFIT)
    expect(await w.request('PUT', `/api/messages/${messageId}/pin`, {})).toMatchObject(UNFIT)
    expect(await post({ reaction: { messageId, emoji: '👍' } })).toMatchObject(UNFIT)
    expect(await post({ to: '+4915100000003', text: 'a', replyTo: messageId })).toMatchObject(UNFIT)
  }
  const answer = { to: '+4915100000003', text: 'a', replyTo: later, sendAt: iso(at + MINUTE) }
  expect(await post(answer)).toMatchObject({ status: 202 })
})

test('a broadcast list is no place to write to', async () => {
  const body = { sessionId: session.id, to: '1700000000@broadcast', text: 'All of you' }
  expect(await w.request('POST', '/api/messages', body)).toMatchObject({
    status: 400,
    body: { code: 'INVALID_RECIPIENT' },
  })
})

test('what somebody else has said can be neither edited nor, to one person, deleted', async () => {
  await tell(received(line(), w.clock.now, { id: 'THEIRS' }))
  expect(await change('PUT', 'THEIRS')).toMatchObject(UNFIT)
  expect(await change('DELETE', 'THEIRS')).toMatchObject(UNFIT)
})
