/**
 * Taking a message of one person into their conversation, in one transaction with the record that it was seen, the
 * statistics and the events. However many first messages arrive at once, one conversation begins; one that has ended by
 * the clock is closed in the transaction that begins the next.
 */
import type { Key, Store } from '../platform/dynamo.ts'
import { byNumber } from './by-number.ts'
import { Conversation, conversationKey } from './conversation.ts'
import type { Desk } from './desk.ts'
import type { Guess } from './guesses.ts'
import { AGAIN, persistently } from './persistently.ts'
import { Pointer, pointerKey } from './person.ts'
import { activeAt, type Entry, type Line, plan } from './plan.ts'
import { find as findSeen, type NewSeen, type Seen } from './seen.ts'
import { type ConversationSettings, choiceOf, settingsKey, stillChosen } from './settings.ts'
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
  given: Line,
  at: string,
  compose: Compose,
): Promise<Recorded | Repeated> {
  const { store, guesses } = desk
  return persistently(async () => {
    const [line = given] = await byNumber(store, [given])
    const key = pointerKey(line.accountId, line.person.key, line.channel)
    const name = `${key.pk} ${key.sk}`
    const guess = guesses?.of(name)
    const isGuessed = guess !== undefined && activeAt(guess, at) !== undefined
    const known = isGuessed ? guess : await look(store, line.accountId, key)
    guesses?.forget(name)

    const { seen, ...entry } = compose(activeAt(known, at), known.settings)
    const counted = tally(store.now())
    const planned = plan(desk, line, known, { ...entry, at, seen: [seen] }, counted)
    const check = isGuessed ? [stillChosen(line.accountId, known.choice)] : []
    const failed = await store.transact([...planned.writes, ...check, ...counted.writes()])
    if (failed.length === 0) {
      const { conversation, isNew, pointer } = planned
      guesses?.learn(name, { ...known, pointer, last: conversation })
      return { conversation, seen, isNew }
    }
    const repeated = failed.includes(0) ? await findSeen(store, seen.key) : undefined
    return repeated ? { repeated } : AGAIN
  })
}

/** One read, and another one where a conversation was there before. */
async function look(store: Store, accountId: string, key: Key): Promise<Guess> {
  const settings = settingsKey(accountId)
  const items = await store.getMany('main', [key, settings])
  const at = items.find(({ sk }) => sk === key.sk)
  const pointer = at && Pointer.parse(at)
  const last = pointer && (await store.get('main', Conversation, conversationKey(pointer.conversationId)))
  return { pointer, last, ...choiceOf(items.find(({ sk }) => sk === settings.sk)) }
}
