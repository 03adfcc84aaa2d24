import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Read from '#core/conversation/read.ts'
import { inbound, type TwilioWorld, twilioWorld } from '../../test/support/twilio-world.ts'

let w: TwilioWorld
beforeAll(async () => {
  w = await twilioWorld()
})
afterAll(() => w.close())

const active = (phone: string) => Read.activeOf(w.desk.store, 'acme', phone)
const said = async (phone: string) => Read.history(w.desk.store, (await active(phone))?.id ?? '', 1_000)

test('an order is stored, confirmed and understood', async () => {
  const From = 'whatsapp:+15550000001'
  const answer = await w.post({ form: inbound({ From, Body: 'I need 5 units of Product A' }) })
  expect(answer).toMatchObject({
    status: 200,
    type: 'text/xml; charset=utf-8',
    reply: '✅ Order received: 5 units of Product A',
  })
  const conversation = await active('+15550000001')
  expect(conversation).toMatchObject({
    phoneNumber: '+15550000001',
    messageCount: 2,
    inbound: 1,
    outbound: 1,
    orderDetails: { items: [{ name: 'Product A', quantity: 5 }] },
  })
  expect(await said('+15550000001')).toMatchObject([
    { content: 'I need 5 units of Product A', direction: 'inbound', type: 'text' },
    { content: '✅ Order received: 5 units of Product A', direction: 'outbound' },
  ])
})

test('50 simultaneous first messages of one number make one conversation with 50 messages', async () => {
  const From = 'whatsapp:+15550000002'
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      w.post({ form: inbound({ From, Body: `${n + 1} units of Product ${n}` }) }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
  const conversation = await active('+15550000002')
  expect(conversation).toMatchObject({ inbound: 50, outbound: 50, messageCount: 100 })
})
