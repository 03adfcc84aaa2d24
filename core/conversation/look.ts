/** What a batch of messages has to know before it is written, in two reads, however many lines it is about. */
import type { Key, Store } from '../platform/dynamo.ts'
import { Session, sessionKey } from '../session.ts'
import { feedsConversations } from '../settings.ts'
import { Conversation, conversationKey } from './conversation.ts'
import type { Heard } from './heard.ts'
import { itemsAt } from './items.ts'
import { Pointer, pointerKey } from './person.ts'
import type { Known } from './plan.ts'
import { type Choice, choiceOf, settingsKey } from './settings.ts'

export type View = {
  known(heard: Heard): Known
  choice(heard: Heard): Choice
  /** Whether its session is there, and feeds conversations. */
  isFed(heard: Heard): boolean
  /** Their sessions. */
  sessions(heard: Heard[]): Session[]
}

export async function look(store: Store, heard: Heard[]): Promise<View> {
  const sessionsOf = (some: Heard[]): Session[] => {
    const found = some.flatMap(sessionOf).flatMap((key) => items(key) ?? [])
    return [...new Set(found)].map((item) => Session.parse(item))
  }
  const items = await itemsAt(
    store,
    heard.flatMap((one) => [pointerOf(one), settingsKey(one.line.accountId), ...sessionOf(one)]),
  )
  const pointers = new Map(
    heard.flatMap((one) => {
      const item = items(pointerOf(one))
      return item ? [[one.lineName, Pointer.parse(item)] as const] : []
    }),
  )
  const conversations = await itemsAt(
    store,
    [...pointers.values()].map(({ conversationId }) => conversationKey(conversationId)),
  )
  return {
    known({ lineName }) {
      const pointer = pointers.get(lineName)
      const last = pointer && conversations(conversationKey(pointer.conversationId))
      return { pointer, last: last && Conversation.parse(last) }
    },
    choice: ({ line }) => choiceOf(items(settingsKey(line.accountId))),
    isFed: (one) => sessionOf(one).length === sessionsOf([one]).filter(isFeeding).length,
    sessions: sessionsOf,
  }
}

const isFeeding = ({ settings }: Session): boolean => feedsConversations(settings)
const pointerOf = ({ line }: Heard): Key => pointerKey(line.accountId, line.person.key, line.channel)
const sessionOf = ({ line: { channel } }: Heard): Key[] =>
  channel.type === 'session' ? [sessionKey(channel.sessionId)] : []
