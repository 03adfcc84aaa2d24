/**
 * How messages change the list of chats: a chat stands at its newest message and takes over the name that the other
 * side goes by. An older message that arrives late moves nothing.
 */
import { chatKey, chatListing, type LastMessage } from '../chat.ts'
import type { MessageFacts } from '../contract/message.ts'
import { isGroup } from '../jid.ts'
import type { Key, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { type Known, nameOf } from './known.ts'

type Change = {
  key: Key
  sessionId: string
  chatId: string
  name?: string
  place: string
  lastMessage: LastMessage
}

/** Characters of the last message that the list shows. */
const PREVIEW = 500

export function chatChanges(known: Known) {
  const changes = new Map<string, Change>()

  return {
    /** `at` is the message's place in time. */
    moved(sessionId: string, message: MessageFacts, at: string): void {
      const key = chatKey(sessionId, message.chatId)
      const place = `${at}#${message.chatId}`
      const before = changes.get(nameOf('main', key))
      const name = !message.fromMe && !isGroup(message.chatId) ? message.sender.name : undefined
      const change: Change =
        before && before.place > place
          ? before
          : { ...before, key, sessionId, chatId: message.chatId, place, lastMessage: lastMessageOf(message) }
      if (name) change.name = name
      changes.set(nameOf('main', key), change)
    },

    writes: (): Write[] => [...changes.values()].flatMap((change) => writeOf(change, known) ?? []),
  }
}

const lastMessageOf = ({ id, fromMe, type, text, timestamp }: MessageFacts): LastMessage => ({
  id,
  fromMe,
  type,
  text: text?.slice(0, PREVIEW).toWellFormed(),
  timestamp,
})

function writeOf(
  { key, sessionId, chatId, name, place, lastMessage }: Change,
  known: Known,
): Write | undefined {
  const stored = known.get(nameOf('main', key))
  if (stored && String(stored.listSk) > place) return
  const update = updating()
    .set('sessionId', sessionId)
    .set('chatId', chatId)
    .set('listPk', chatListing(sessionId))
    .set('listSk', place)
    .set('lastMessage', lastMessage)
  if (name) update.set('name', name)
  const there = update.name('listSk')
  update.where(`attribute_not_exists(${there}) OR ${there} <= ${update.value(place)}`)
  return { table: 'main', update: key, set: update.build() }
}
