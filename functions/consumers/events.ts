/** Feeds conversations with the messages of linked sessions, as the connector tells them. */
import { EventJob } from '#core/contract/job.ts'
import { feed } from '#core/conversation/feed.ts'
import type { Opened } from '#core/conversation/open.ts'
import type { Reading } from '#core/conversation/receive.ts'
import type { Live } from '#core/live/tell.ts'
import { type Consume, together } from './batch.ts'

export const eventsConsumer = (deps: Opened, later: Reading['later'], live: Live): Consume =>
  together(async (bodies) => {
    const events = bodies.flatMap((body) => EventJob.parse(JSON.parse(body)).events)
    await feed(deps, events, { later, outbound: deps.outbound, tell: live.tell })
  }, deps.log)
