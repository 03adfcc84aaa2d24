import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliveries } from '#core/conversation/delivery.ts'
import * as Read from '#core/conversation/read.ts'
import { statuses } from '#core/conversation/statuses.ts'
import {
  type Form,
  inbound,
  newSid,
  ORIGIN,
  type TwilioWorld,
  twilioWorld,
} from '../../test/support/twilio-world.ts'

let w: TwilioWorld
beforeAll(async () => {
  w = await twilioWorld()
})
afterAll(() => w.close())

const callback = (sid: string, MessageStatus: string, more: Form = {}): Form => ({
  MessageSid: sid,
  SmsSid: sid,
  AccountSid: 'AC1',
  From: 'whatsapp:+14155238886',
  To: 'whatsapp:+15550000001',
  MessageStatus,
  SmsStatus: MessageStatus,
  ApiVersion: '2010-04-01',
  ChannelPrefix: 'whatsapp',
  ...more,
})
const tell = (sid: string, status: string, more: Form = {}) => w.post({ form: callback(sid, status, more) })
const fateOf = async (sid: string) => (await deliveries(w.desk.store, 'acme', [sid])).get(sid)

test('states come in any order, more than once, and never step back', async () => {
  const sid = newSid()
  for (const status of ['delivered', 'sent', 'queued', 'delivered', 'sent'])
    expect(await tell(sid, status)).toMatchObject({ status: 204, text: '' })
  expect(await fateOf(sid)).toMatchObject({ status: 'delivered' })
  await tell(sid, 'delivered', { EventType: 'READ' })
  await tell(sid, 'sent')
  expect(await fateOf(sid)).toMatchObject({ status: 'read' })
})

test('a failure keeps its code, unless the message arrived after all', async () => {
  const sid = newSid()
  await tell(sid, 'sent')
  await tell(sid, 'undelivered', { ErrorCode: '63016', ErrorMessage: 'Outside the window' })
  expect(await fateOf(sid)).toEqual({
    status: 'undelivered',
    errorCode: '63016',
    errorMessage: 'Outside the window',
  })
  await tell(sid, 'delivered')
  expect((await fateOf(sid))?.status).toBe('delivered')
})

test('Twilio tells by our own id what became of a reply in TwiML', async () => {
  const form = inbound({ From: 'whatsapp:+15550000001', Body: '5 units of Product A' })
  const { text } = await w.post({ form })
  const [, address = ''] = /statusCallback="([^"]+)"/.exec(text) ?? []
  expect(address).toBe(`${ORIGIN}/twilio-webhook-opt?message=reply-${form.MessageSid}`)
  const status = callback(newSid(), 'read')
  const answer = await w.post({ form: status, path: address.slice(ORIGIN.length), url: address })
  expect(answer.status).toBe(204)
  const conversation = await Read.activeOf(w.desk.store, 'acme', '+15550000001')
  if (!conversation) throw new Error('no conversation')
  const messages = await Read.history(w.desk.store, conversation.id, 10)
  const reached = await statuses(w.desk.store, conversation, messages)
  expect([...reached]).toEqual([[`reply-${form.MessageSid}`, { status: 'read' }]])
})

test('where Twilio cannot reach us, it is not asked to call back', async () => {
  await using local = await twilioWorld({ publicOrigin: 'http://127.0.0.1:3000' })
  const url = 'http://127.0.0.1:3000/twilio-webhook-opt'
  const { text } = await local.post({ form: inbound({ Body: '2 teas' }), url })
  expect(text).toContain('<Response><Message>✅ Order received: 2 units of teas</Message></Response>')
})

test('a callback that is not signed, or says something unknown, changes nothing', async () => {
  const sid = newSid()
  expect((await w.post({ form: callback(sid, 'delivered'), token: 'wrong' })).status).toBe(403)
  expect((await tell(sid, 'teleported')).status).toBe(204)
  expect(await fateOf(sid)).toBeUndefined()
})
