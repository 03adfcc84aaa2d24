/** The conversations of a connector's sessions: where they are written, brought together, and who hears of it. */
import { randomUUID } from 'node:crypto'
import type { Moved } from '#core/contacts/moving.ts'
import { feedDirectly } from '#core/conversation/feed-directly.ts'
import { guesses } from '#core/conversation/guesses.ts'
import { join, moveOf } from '#core/conversation/joining.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Session } from '#core/session.ts'
import { find } from '#core/sessions/index.ts'
import type { ConnectorOptions } from '../connector.ts'
import { type Teller, teller } from './teller.ts'
import { eventsIn } from './written.ts'

type Options = Pick<ConnectorOptions, 'store' | 'retention' | 'conversationTtl' | 'log'> & {
  newEventId(): string
}

const deskOf = ({ store, retention, conversationTtl, newEventId }: Options) => ({
  store,
  retention,
  conversationTtl,
  newEventId,
  newConversationId: randomUUID,
})

export function conversationTeller(options: Options & { jobs: Jobs }, onWritten: Teller): Teller {
  const { jobs, log } = options
  const desk = { ...deskOf(options), guesses: guesses() }
  return teller({ jobs, feed: (events) => feedDirectly(desk, events), onWritten, log })
}

/** Makes one of what somebody said to a session before and after the phone number was known. */
export function conversationJoiner(options: Options, onWritten: Teller) {
  const desk = deskOf(options)
  return async (
    { id: sessionId, accountId }: Pick<Session, 'id' | 'accountId'>,
    moved: Moved,
  ): Promise<void> => {
    const move = moveOf({ sessionId, accountId }, moved)
    const written = move ? await join(desk, move) : []
    const session = written.length > 0 ? await find(options.store, sessionId) : undefined
    if (session) onWritten(session, eventsIn(written))
  }
}
