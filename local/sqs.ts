/**
 * The embedded SQS: fauxqs, in this process and in memory, on the loopback address. It differs from fauxqs as it comes
 * in two points: what it hands to a long poll whose caller has died meanwhile is at once there for the next caller,
 * where it would otherwise hold up its session for the whole visibility timeout; and a session's commands come together
 * (see fifo.ts).
 */
import { buildApp } from 'fauxqs'
import * as z from 'zod'
import { handOutGroups } from './fifo.ts'

const JSON_PROTOCOL = 'application/x-amz-json-1.0'
const RECEIVE = 'AmazonSQS.ReceiveMessage'

const Request = z.object({ QueueUrl: z.string() })
const Answer = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })).min(1) })

export async function startEmbeddedQueues(port = 0): Promise<{ endpoint: string } & AsyncDisposable> {
  await handOutGroups()
  const app = buildApp({ logger: false })

  app.addHook('onSend', async ({ raw, headers, body }, _reply, payload) => {
    if (!raw.socket.destroyed || headers['x-amz-target'] !== RECEIVE || typeof payload !== 'string') return
    const asked = Request.safeParse(body)
    const handedOut = Answer.safeParse(JSON.parse(payload))
    if (asked.success && handedOut.success) await giveBack(asked.data.QueueUrl, handedOut.data.Messages)
  })

  const giveBack = (QueueUrl: string, messages: { ReceiptHandle: string }[]) =>
    app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': JSON_PROTOCOL, 'x-amz-target': 'AmazonSQS.ChangeMessageVisibilityBatch' },
      payload: {
        QueueUrl,
        Entries: messages.map(({ ReceiptHandle }, index) => ({
          Id: `${index}`,
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      },
    })

  const endpoint = await app.listen({ port, host: '127.0.0.1' })
  return { endpoint, [Symbol.asyncDispose]: () => app.close() }
}
