/**
 * What was taken in already, under the sender's own id of it, with the answer that was given. The record is written in
 * the transaction that stores the message, so a repetition, also a simultaneous one, changes nothing and gets the
 * first answer again. While slow work on a message goes on, its answer is undecided: whoever decides it does so once.
 */
import * as z from 'zod'
import { iso } from '../platform/clock.ts'
import type { Key, Page, Store, Write } from '../platform/dynamo.ts'
import { type Update, updating } from '../platform/expression.ts'
import type { Message } from './message.ts'

export const Seen = z.object({
  pk: z.string(),
  sk: z.string(),
  conversationId: z.string(),
  accountId: z.string(),
  /** The message's place in its conversation. */
  place: z.string(),
  at: z.iso.datetime(),
  /** The reply that was given: null when there was none, absent while it is not decided. */
  answer: z.string().nullable().optional(),
  /** When the slow work was done, and the reply that came of it. */
  outcomeAt: z.iso.datetime().optional(),
  reply: z.string().nullable().optional(),
  listSk: z.string().optional(),
})
export type Seen = z.infer<typeof Seen>

export type NewSeen = {
  key: Key
  /** The message that it speaks of, if it speaks of one. */
  messageId?: string
  /** Given when it is known already. */
  answer?: string | null | undefined
  /** From when on the sweeper looks at what is not decided. */
  dueAt?: number | undefined
  expiresAt: number
}

export const seenKey = (scope: string, id: string): Key => ({ pk: `SEEN#${scope}#${id}`, sk: 'SEEN' })

const UNDECIDED = 'SEEN#UNDECIDED'

/** Succeeds only for what was not seen before. @param messages those that are stored with it */
export function seenWrite(
  { key, messageId, answer, dueAt, expiresAt }: NewSeen,
  conversation: { id: string; accountId: string },
  messages: Message[],
  { at, now }: { at: string; now: number },
): Write {
  return {
    table: 'main',
    put: {
      ...key,
      conversationId: conversation.id,
      accountId: conversation.accountId,
      place: messages.find(({ id }) => id === messageId)?.sk ?? '',
      at,
      ...(answer === undefined ? {} : { answer }),
      ...(dueAt === undefined ? {} : { listPk: UNDECIDED, listSk: placeOf(dueAt, key) }),
      expiresAt,
    },
    condition: 'attribute_not_exists(pk) OR expiresAt <= :now',
    values: { ':now': Math.floor(now / 1000) },
  }
}

export const find = (store: Store, { pk, sk }: Key): Promise<Seen | undefined> =>
  store.get('main', Seen, { pk, sk })

/** Gives the answer, unless one was given. Without an outcome it stays listed: the work still has to be done. */
export function answering(answer: string | null, { done }: { done: boolean }): Update {
  const update = updating().set('answer', answer).whereExists('pk').whereAbsent('answer')
  return done ? update.remove('listPk', 'listSk') : update.whereAbsent('outcomeAt')
}

/** Notes what came of the work, once. With an answer given before, nothing is left to do. */
export function concluding(at: string, reply: string | null, { answered }: { answered: boolean }): Update {
  const update = updating()
    .set('outcomeAt', at)
    .set('reply', reply)
    .whereExists('pk')
    .whereAbsent('outcomeAt')
  return answered ? update.whereExists('answer').remove('listPk', 'listSk') : update.whereAbsent('answer')
}

/** Those that were due by now, the longest due first. */
export const due = (
  store: Store,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Seen>> =>
  store.query('main', Seen, UNDECIDED, { ...page, index: 'listing', to: `${iso(store.now())}~` })

/** Looks at it again later. False when somebody else does. */
export const postpone = (store: Store, seen: Seen, until: number): Promise<boolean> => {
  const update = updating().set('listSk', placeOf(until, seen))
  if (seen.listSk) update.where(`${update.name('listSk')} = ${update.value(seen.listSk)}`)
  return store.update('main', { pk: seen.pk, sk: seen.sk }, update.build())
}

const placeOf = (milliseconds: number, { pk }: Key): string => `${iso(milliseconds)}#${pk}`
