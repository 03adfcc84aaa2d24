/** The conversations of a connector's sessions: where they are written, and who hears of it. */
import { randomUUID } from 'node:crypto'
import { feedDirectly } from '#core/conversation/feed-directly.ts'
import { guesses } from '#core/conversation/guesses.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { ConnectorOptions } from '../connector.ts'
import { type Teller, teller } from './teller.ts'

type Options = Pick<ConnectorOptions, 'store' | 'retention' | 'conversationTtl' | 'log'> & {
  jobs: Jobs
  newEventId(): string
}

export function conversationTeller(options: Options, onWritten: Teller): Teller {
  const { store, retention, conversationTtl, newEventId, jobs, log } = options
  const desk = {
    store,
    retention,
    conversationTtl,
    newEventId,
    newConversationId: randomUUID,
    guesses: guesses(),
  }
  return teller({ jobs, feed: (events) => feedDirectly(desk, events), onWritten, log })
}
