import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { linkLine } from '../support/line.ts'
import { stack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { receiver } from '../support/webhooks.ts'

/** Webhooks of the one command: what is told, that it is ours, and that a killed machine forgets nothing. */
const [OWN, FRIEND] = ['+4915155500001', '+4915155500002']
type Created = { webhook: { id: string }; secret: string }

test('what happens is told with a signature, also when everything is killed while the receiver is down', async () => {
  await using its = await stack()
  await using hook = await receiver()
  const { sessionId } = await linkLine(its, OWN)
  const at = `/api/sessions/${sessionId}/webhooks`
  const { body } = await its.api<Created>(at, { json: { url: hook.url, events: ['message.*'] } })
  const verify = new Webhook(body.secret)
  const texts = () =>
    hook.requests
      .filter(({ status }) => status === 200)
      .map(
        ({ text, headers }) =>
          verify.verify(text, headers) as { event: string; payload: { message: { text: string } } },
      )
      .filter(({ event }) => event === 'message.received')
      .map(({ payload }) => payload.message.text)
  hook.behave((response) => response.writeHead(200).end())
  const write = (text: string) => its.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text } })

  await write('one')
  await until('the first', () => texts().includes('one'))
  hook.behave((response) => response.writeHead(503).end())
  await write('two')
  await until('an attempt', () => hook.requests.some(({ status }) => status === 503))
  await its.kill('all')
  hook.behave((response) => response.writeHead(200).end())
  await its.restart()
  await write('three')
  // Whoever was killed in the middle of an attempt had the endpoint to himself for up to a minute.
  await until('the others', () => texts().includes('three'), { withinMs: 120_000 })
  expect([...new Set(texts())]).toEqual(['one', 'two', 'three'])
})
