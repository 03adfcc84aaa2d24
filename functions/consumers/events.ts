/** Feeds conversations with the messages of linked sessions, as the connector tells them. */
import { EventJob } from '#core/contract/job.ts'
import { feed } from '#core/conversation/feed.ts'
import type { Opened } from '#core/conversation/open.ts'
import type { Reading } from '#core/conversation/receive.ts'
import { isListenedTo } from '#core/live/mark.ts'
import type { Live } from '#core/live/tell.ts'
import type { Session } from '#core/session.ts'
import type { Webhooks } from '#core/webhook/tell.ts'
import { type Consume, together } from './batch.ts'

/** What conversations say of a session when it has written or was written to. */
const TYPES = ['conversation.started', 'conversation.updated', 'conversation.completed', 'conversation.order']

type Listeners = { live: Live; webhooks: Webhooks }

export const eventsConsumer = (
  deps: Opened,
  later: Reading['later'],
  { live, webhooks }: Listeners,
): Consume => {
  const tell = async (sessions: Session[]) => {
    const now = deps.store.now()
    await live.tell(sessions.filter((session) => isListenedTo(session, now)))
    const told = sessions.filter((session) => session.webhooks)
    await webhooks.tell(told.map(({ id, accountId }) => ({ accountId, stream: id, types: TYPES })))
  }
  return together(async (bodies) => {
    const events = bodies.flatMap((body) => EventJob.parse(JSON.parse(body)).events)
    await feed(deps, events, { later, outbound: deps.outbound, tell })
  }, deps.log)
}
