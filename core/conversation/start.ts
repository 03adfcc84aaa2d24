/** A conversation that somebody begins on purpose: the active one of the person on the line, if there is one. */

import { iso, ttl } from '../platform/clock.ts'
import { change, checkChange } from './change.ts'
import type { Conversation } from './conversation.ts'
import type { Desk } from './desk.ts'
import { message } from './message.ts'
import type { Line } from './plan.ts'
import { record } from './record.ts'
import { seenKey } from './seen.ts'

const DAY_SECONDS = 24 * 60 * 60

/**
 * @param initialMessage what the person said to begin it
 * @throws Fault VALIDATION_ERROR when the context cannot be kept; nothing has begun then
 */
export async function start(
  desk: Desk,
  line: Line,
  {
    context,
    initialMessage,
  }: { context?: Record<string, unknown> | undefined; initialMessage?: string | undefined },
): Promise<{ conversation: Conversation; isNew: boolean }> {
  if (context) checkChange({ context })
  const now = desk.store.now()
  const id = desk.newEventId()
  const said =
    initialMessage === undefined
      ? []
      : [
          message({
            id,
            content: initialMessage,
            direction: 'inbound',
            author: 'customer',
            timestamp: iso(now),
          }),
        ]
  const seen = { key: seenKey(`start:${line.accountId}`, id), answer: null, expiresAt: ttl(now, DAY_SECONDS) }
  const recorded = await record(desk, line, iso(now), () => ({
    messages: said,
    name: line.person.name,
    seen,
  }))
  if ('repeated' in recorded) throw new Error('the new id of a conversation is taken')
  const { conversation, isNew } = recorded
  return { conversation: context ? await change(desk, conversation, { context }) : conversation, isNew }
}
