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
import { activeAt, type Entry, type Known, type Line, plan } from './plan.ts'
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
    const { settings, ...known } = await look(desk, line.accountId, key)
    const { seen, ...entry } = compose(activeAt(known, at), settings)
    const counted = tally(desk.store.now())
    const { conversation, isNew, writes } = plan(desk, line, known, { ...entry, at, seen: [seen] }, counted)
    const failed = await desk.store.transact([...writes, ...counted.writes()])
    if (failed.length === 0) {
      desk.guesses?.learn(`${key.pk} ${key.sk}`, conversation.id)
      return { conversation, seen, isNew }
    }
    if (failed.includes(0)) {
      const repeated = await findSeen(desk.store, seen.key)
      if (repeated) return { repeated }
    }
    return AGAIN
  })
}

/** One read, and another one where it is not known which conversation goes on. */
async function look(
  desk: Desk,
  accountId: string,
  key: Key,
): Promise<Known & { settings: ConversationSettings }> {
  const settings = settingsKey(accountId)
  const name = `${key.pk} ${key.sk}`
  const guess = desk.guesses?.of(name)
  const guessed = guess === undefined ? [] : [conversationKey(guess)]
  const items = await desk.store.getMany('main', [key, settings, ...guessed])
  const found = ({ pk, sk }: Key) => items.find((item) => item.pk === pk && item.sk === sk)
  const at = found(key)
  const pointer = at && Pointer.parse(at)
  return { pointer, last: await lastOf(), settings: settingsOf(found(settings)) }

  async function lastOf(): Promise<Conversation | undefined> {
    if (!pointer) return
    desk.guesses?.learn(name, pointer.conversationId)
    if (pointer.conversationId !== guess)
      return desk.store.get('main', Conversation, conversationKey(pointer.conversationId))
    const item = found(conversationKey(guess))
    return item && Conversation.parse(item)
  }
}
