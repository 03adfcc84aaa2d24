import { expect, test } from 'vitest'
import { linkLine } from '../support/line.ts'
import { stack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { receiver } from '../support/webhooks.ts'

/** The one command with an encrypted session: every part that reads what was said has the key for it. */
const [OWN, FRIEND] = ['+4915155500021', '+4915155500022']

test('webhooks and live connections are told what is sealed in the database, and no conversations are made of it', async () => {
  await using its = await stack()
  await using hook = await receiver()
  const { sessionId } = await linkLine(its, OWN)
  await its.api(`/api/sessions/${sessionId}/webhooks`, { json: { url: hook.url, events: ['message.*'] } })
  await its.api(`/api/sessions/${sessionId}/settings`, {
    method: 'PUT',
    json: { settings: { enableEncryption: true } },
  })
  const leaving = new AbortController()
  const stream = await fetch(`${its.origin}/api/sessions/${sessionId}/events/stream`, {
    headers: { authorization: `Bearer ${its.key}` },
    signal: leaving.signal,
  })
  let live = ''
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) live += Buffer.from(chunk).toString()
  })().catch(() => undefined)

  await its.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text: 'nobody else reads this' } })
  await until(
    'the webhook',
    () => hook.requests.some(({ text }) => text.includes('nobody else reads this')),
    {
      withinMs: 30_000,
    },
  )
  await until('the live connection', () => live.includes('nobody else reads this'), { withinMs: 30_000 })
  leaving.abort()
  await reading

  const { body } = await its.api<{ conversations: unknown[] }>('/api/conversations')
  expect(body.conversations).toEqual([])
})
