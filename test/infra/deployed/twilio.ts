/** The webhook of Twilio in a deployment, from the message to the reply; part of deployed.test.ts. */
import { describe, expect, test } from 'vitest'
import { completion, order } from '../../support/twilio-model.ts'
import { SID } from '../../support/twilio-rest.ts'
import { encode, type Form, inbound, signatureOf } from '../../support/twilio-world.ts'
import { until } from '../../support/until.ts'
import type { Deployment } from '../deployment.ts'
import { schedule } from './events.ts'

/** @param sessionId of a session that is linked */
export function twilioTests(its: () => Deployment, sessionId: () => string): void {
  describe('the webhook of Twilio', () => {
    const post = (form: Form, signature?: string) =>
      its().hook({
        method: 'POST',
        path: '/twilio-webhook-opt',
        body: Buffer.from(encode(form)),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': signature ?? signatureOf(form, { url: `${its().origin}/twilio-webhook-opt` }),
        },
      })
    const find = async () => {
      const { conversations } = (
        await its().call({ path: '/api/conversations', query: 'channel=twilio' })
      ).json()
      return conversations[0]
    }

    test('a message is answered, and its order read by the model behind a queue', async () => {
      its().model.answers(() => ({
        body: completion(order({ name: 'Product A', quantity: 5 })),
        afterMs: 1_000,
      }))
      const answer = await post(inbound({ Body: 'Five of product A, please' }))
      expect(answer.status, answer.text).toBe(200)
      const conversation = await until('the order', async () => {
        const found = await find()
        return found?.orderDetails?.items?.length === 1 && found
      })
      expect(conversation.orderDetails.items[0]).toMatchObject({ name: 'Product A', quantity: 5 })
      expect(its().model.asked[0]?.authorization).toBe('Bearer model-key-of-the-trial')
    })

    test('a reply leaves by its API', async () => {
      const { id } = await find()
      const path = `/api/conversations/${id}/messages`
      const reply = await its().call({ method: 'POST', path, body: JSON.stringify({ text: 'On its way' }) })
      expect(reply.status, reply.text).toBe(202)
      await until('it is asked', () => its().twilio.requests.some(({ form }) => form.Body === 'On its way'))
    })

    test('what it did not sign is refused', async () => {
      expect((await post(inbound(), 'wrong')).status).toBe(403)
    })

    test('one that was seen is answered as before', async () => {
      const form = inbound({ Body: 'Twice' })
      const first = await post(form)
      expect((await post(form)).text).toBe(first.text)
    })

    test('a status callback is noted', async () => {
      const { requests } = its().twilio
      expect(requests.length).toBeGreaterThan(0)
      const callback = {
        MessageSid: 'SM1',
        SmsSid: 'SM1',
        MessageStatus: 'delivered',
        AccountSid: SID,
        To: 'whatsapp:+1234567890',
        From: 'whatsapp:+14155238886',
      }
      expect((await post(callback)).status).toBe(204)
    })

    test('the timed job attends to conversations', async () => {
      const { result, error } = await its().functions.Tend.invoke(schedule())
      expect(error).toBeUndefined()
      expect(result).toMatchObject({ expired: 0 })
      const body = JSON.stringify({ settings: { conversations: false } })
      await its().call({ method: 'PUT', path: `/api/sessions/${sessionId()}/settings`, body })
      expect((await its().functions.Tend.invoke(schedule())).error).toBeUndefined()
    })
  })
}
