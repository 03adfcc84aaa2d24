import { expect, test } from 'vitest'
import { webhookEvents } from './document.ts'

/** What the product promises to tell, by name or by group. */
const PROMISED = [
  'session.status',
  'session.connected',
  'session.disconnected',
  'session.qr',
  'message.received',
  'message.sent',
  'message.status',
  'message.edited',
  'message.deleted',
  'message.reaction',
  'message.media',
  'poll.vote',
  'chat.*',
  'group.*',
  'presence.update',
  'call.*',
  'conversation.*',
  'campaign.started',
  'campaign.progress',
  'campaign.paused',
  'campaign.resumed',
  'campaign.completed',
  'campaign.failed',
  'connector.*',
]

test.each(PROMISED)('%s is described', (name) => {
  const types = webhookEvents().map(({ type }) => type)
  const fits = (type: string) => type === name || (name.endsWith('.*') && type.startsWith(name.slice(0, -1)))
  expect(types.filter(fits)).not.toEqual([])
})

test.each(webhookEvents())('$type has a sentence, and an example that fits its schema', (event) => {
  const { summary, schema, example } = event
  expect(summary).not.toBe('')
  expect(schema.parse(example)).toEqual(example)
})
