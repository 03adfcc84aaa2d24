import twilio from 'twilio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeTwilio, SECRET, SID } from '../../test/support/twilio-rest.ts'
import { type TwilioRestOptions, twilioRest } from './rest.ts'

let server: Awaited<ReturnType<typeof fakeTwilio>>
beforeAll(async () => {
  server = await fakeTwilio()
})
afterAll(() => server.close())

const MESSAGE = {
  from: 'whatsapp:+14155238886',
  to: 'whatsapp:+4915123456789',
  body: 'Grüße & "mehr" + 😀\nEnde',
}
const rest = (over: Partial<TwilioRestOptions> = {}) =>
  twilioRest({ accountSid: SID, authToken: SECRET, apiUrl: server.url, statusCallback: undefined, ...over })

test('asks for exactly what Twilio’s own client asks for, and reads its answer', async () => {
  const client = twilio(SID, SECRET)
  client.api.baseUrl = server.url
  const statusCallback = 'https://lines.example.org/twilio-webhook-opt'
  const theirs = await client.messages.create({ ...MESSAGE, statusCallback })
  const ours = await rest({ statusCallback }).send(MESSAGE)
  expect(theirs).toMatchObject({ sid: expect.stringMatching(/^SM/), status: 'queued' })
  expect(ours).toEqual({ sid: expect.stringMatching(/^SM[0-9a-f]{32}$/), status: 'queued' })
  const [first, second] = server.requests
    .slice(-2)
    .map((request) => ({ ...request, type: request.type.split(';')[0] }))
  expect(second).toEqual(first)
})

test('a refusal carries Twilio’s code and sentence, as its own client has them', async () => {
  server.mood.refusal = { status: 400, code: 63016, message: 'Outside the allowed window.' }
  const client = twilio(SID, SECRET)
  client.api.baseUrl = server.url
  await expect(client.messages.create(MESSAGE)).rejects.toMatchObject({ status: 400, code: 63016 })
  await expect(rest().send(MESSAGE)).rejects.toMatchObject({
    code: 'REPLY_REFUSED',
    message: 'Twilio refused the message: Outside the allowed window.',
    details: { twilioStatus: 400, twilioCode: 63016 },
  })
  server.mood.refusal = undefined
  await expect(rest({ authToken: 'wrong' }).send(MESSAGE)).rejects.toMatchObject({
    code: 'REPLY_REFUSED',
    details: { twilioStatus: 401, twilioCode: 20003 },
  })
})

test('where it is unknown whether Twilio took it, that is said', async () => {
  server.mood.refusal = { status: 503, code: 20500, message: 'busy' }
  await expect(rest().send(MESSAGE)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' })
  server.mood.refusal = undefined
  server.mood.garbled = true
  await expect(rest().send(MESSAGE)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' })
  server.mood.garbled = false
  await expect(rest({ apiUrl: 'http://127.0.0.1:9' }).send(MESSAGE)).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    message: expect.not.stringContaining(SECRET),
  })
})
