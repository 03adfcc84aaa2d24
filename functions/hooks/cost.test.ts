import { afterAll, beforeAll, expect, test } from 'vitest'
import { guesses } from '#core/conversation/guesses.ts'
import * as Settings from '#core/conversation/settings.ts'
import { countCalls } from '../../test/support/calls.ts'
import { inbound, newSid, type TwilioWorld, twilioWorld } from '../../test/support/twilio-world.ts'

/** What a webhook costs is a promise: counted here at the client, as AWS would count it. */
let w: TwilioWorld
let calls: string[] = []

beforeAll(async () => {
  w = await twilioWorld()
  countCalls(w.db.dynamo, (operation) => calls.push(operation))
})
afterAll(() => w.close())

const callsOf = async (form = inbound()) => {
  calls = []
  expect((await w.post({ form })).status).toBe(200)
  return calls
}

test('the first message of a person: one read, one write', async () => {
  expect(await callsOf(inbound({ From: 'whatsapp:+15550000001', Body: '5 units of tea' }))).toEqual([
    'BatchGetItem',
    'TransactWriteItems',
  ])
})

test('every further one: one write, with an order and its confirmation in it', async () => {
  const From = 'whatsapp:+15550000002'
  await callsOf(inbound({ From }))
  for (const Body of ['Hello again', '5 units of tea'])
    expect(await callsOf(inbound({ From, Body }))).toEqual(['TransactWriteItems'])
})

test('where another function began the conversation: two reads before it', async () => {
  const From = 'whatsapp:+15550000004'
  await callsOf(inbound({ From }))
  const fresh = { ...w.hook, desk: { ...w.desk, guesses: guesses() } }
  calls = []
  await w.post({ form: inbound({ From }), hook: fresh })
  expect(calls).toHaveLength(3)
})

test('a repetition: what a message costs, and one read for its answer', async () => {
  const form = inbound({ From: 'whatsapp:+15550000003', Body: '5 units of tea' })
  await callsOf(form)
  expect(await callsOf(form)).toEqual(['TransactWriteItems', 'GetItem'])
})

test('what an account chooses counts at once, also where a function remembers another choice', async () => {
  const From = 'whatsapp:+15550000005'
  await callsOf(inbound({ From }))
  await Settings.write(
    w.desk.store,
    'acme',
    Settings.ConversationSettings.parse({ templates: { other: 'We read you.' } }),
  )
  const { reply } = await w.post({ form: inbound({ From }) })
  expect(reply).toBe('We read you.')
  await Settings.write(w.desk.store, 'acme', Settings.ConversationSettings.parse({}))
  expect((await w.post({ form: inbound({ From }) })).reply).toBeNull()
})

test('a status callback: one write; an unsigned request: nothing', async () => {
  calls = []
  const form = { MessageSid: newSid(), AccountSid: 'AC1', MessageStatus: 'sent' }
  await w.post({ form })
  expect(calls).toHaveLength(1)
  await w.post({ form, token: 'wrong' })
  expect(calls).toHaveLength(1)
})
