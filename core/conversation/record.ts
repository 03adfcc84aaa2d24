/**
 * Taking a message of one person into their conversation, in one transaction with the record that it was seen, the
 * statistics and the events. However many first messages arrive at once, one conversation begins; one that has ended by
 * the clock is closed in the transaction that begins the next.
 */
import type { Key } from '../platform/dynamo.ts'
import { Conversation, conversationKey } from './conversation.ts'
import type { Desk } from './desk.ts'
import { AGAIN, persistently } from './persistently.ts'
import { Pointer, pointerKey } from './person.ts'
import { activeAt, type Entry, type Line, plan } from './plan.ts'
import { find as findSeen, type NewSeen, type Seen } from './seen.ts'
import { type ConversationSettings, settingsKey, settingsOf } from './settings.ts'
import { tally } from './stats.ts'

/** What to take in, decided in view of the conversation it goes to; undefined stands for one that will begin. */
export type Compose = (
  current: Conversation | undefined,
  settings: ConversationSettings,
) => Omit<Entry, 'seen' | 'at' | 'from'> & { seen: NewSeen }

export type Recorded = { conversation: Conversation; seen: NewSeen; isNew: boolean }
export type Repeated = { repeated: Seen }

/**
 * @param at when it happened, ISO 8601: the conversation is looked for, and lives on, from there
 * @returns `repeated` with the first record when this was seen before: nothing is changed then
 * @throws Fault DEPENDENCY_UNAVAILABLE when the conversation changes too fast, or the store does not answer
 */
export async function record(
  desk: Desk,
  line: Line,
  at: string,
  compose: Compose,
): Promise<Recorded | Repeated> {
  const key = pointerKey(line.accountId, line.person.key, line.channel)
  return persistently(async () => {
    const { pointer, settings } = await look(desk, line.accountId, key)
    const last =
      pointer && (await desk.store.get('main', Conversation, conversationKey(pointer.conversationId)))
    const known = { pointer, last }
    const { seen, ...entry } = compose(activeAt(known, at), settings)
    const counted = tally(desk.store.now())
    const { conversation, isNew, writes } = plan(desk, line, known, { ...entry, at, seen: [seen] }, counted)
    const failed = await desk.store.transact([...writes, ...counted.writes()])
    if (failed.length === 0) return { conversation, seen, isNew }
    if (failed.includes(0)) {
      const repeated = await findSeen(desk.store, seen.key)
      if (repeated) return { repeated }
    }
    return AGAIN
  })
}

/** One read of both. */
async function look(desk: Desk, accountId: string, key: Key) {
  const settings = settingsKey(accountId)
  const items = await desk.store.getMany('main', [key, settings])
  const pointer = items.find(({ sk }) => sk === key.sk)
  return {
    pointer: pointer && Pointer.parse(pointer),
    settings: settingsOf(items.find(({ sk }) => sk === settings.sk)),
  }
}
