/** What is left to do once messages of a linked session are stored: hand them to the model, send the replies. */
import { iso } from '../platform/clock.ts'
import type { Key } from '../platform/dynamo.ts'
import type { Session } from '../session.ts'
import { statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import type { Outbound } from './outbound.ts'
import type { Part } from './part.ts'
import { living } from './read.ts'
import { find } from './seen.ts'

export type Feeding = {
  /** Hands a message on to whoever asks the model; absent where rules read everything. */
  later: ((key: Key) => Promise<void>) | undefined
  /** How automatic replies leave, where an account wants them on linked sessions. */
  outbound: Outbound | undefined
  /** Tells listeners that something was written to the logs of sessions; they are told by the store when absent. */
  tell?: (sessions: Session[]) => Promise<void>
}

export async function follow(desk: Desk, { plan, seen }: Part, { later, outbound }: Feeding): Promise<void> {
  for (const { key, answer, dueAt } of seen) {
    if (dueAt !== undefined) await later?.(key)
    if (answer) await reply(desk, plan.conversation, key, answer, outbound)
  }
}

/** Whoever stored it may have ended before it did the rest. */
export async function followRepeated(desk: Desk, key: Key, { later, outbound }: Feeding): Promise<void> {
  const seen = await find(desk.store, key)
  if (seen?.listSk && !seen.outcomeAt) await later?.(key)
  if (seen?.answer)
    await reply(desk, { accountId: seen.accountId, id: seen.conversationId }, key, seen.answer, outbound)
}

/** Its key makes it one reply, however often this is done. */
async function reply(
  desk: Desk,
  { accountId, id }: { accountId: string; id: string },
  key: Key,
  text: string,
  outbound: Outbound | undefined,
): Promise<void> {
  const conversation = await living(desk.store, accountId, id)
  if (!outbound || statusAt(conversation, iso(desk.store.now())) !== 'active') return
  await outbound.reply(conversation, { text, key: `reply ${key.pk}`, author: 'automatic' })
}
