/** Which messages can be changed, deleted for everyone, pinned: what phones would not show is refused here, by name. */
import { ask } from '#core/ask.ts'
import { isChannel, isGroup, isPerson } from '#core/jid.ts'
import type { Message } from '#core/message.ts'
import type { Session } from '#core/session.ts'
import { assertSent, assertThere, unusable } from '#core/target.ts'
import type { Deps } from '../deps.ts'

/** After it was sent, outside of channels. Phones offer no change then, and show none of anybody else's. */
const EDITED_WITHIN_MS = 15 * 60_000

const isConversation = (chatId: string): boolean => isPerson(chatId) || isGroup(chatId)

/** @param now in ms @throws Fault MESSAGE_NOT_USABLE */
export function assertPinnable(message: Message, now: number): void {
  if (!isConversation(message.chatId))
    throw unusable(message, 'Only what stands in a chat with a person or in a group can be pinned.')
  assertThere(message, now)
}

/** @param now in ms @throws Fault MESSAGE_NOT_USABLE */
export function assertEditable(message: Message, now: number): void {
  const { chatId, fromMe, type, text, media, deletedAt, times } = message
  const mayBeOurs = isChannel(chatId) || (fromMe && isConversation(chatId))
  const isText = type === 'text' || (media && text !== undefined)
  if (!mayBeOurs || !isText || deletedAt)
    throw unusable(message, 'Only a text or a caption of ours can be edited, and only while it is there.')
  assertSent(message, now)
  const sentAt = times.server ?? times.sent
  if (!isChannel(chatId) && sentAt && now - Date.parse(sentAt) > EDITED_WITHIN_MS)
    throw unusable(message, 'WhatsApp takes changes of a message for 15 minutes after it was sent.')
}

/** @throws Fault MESSAGE_NOT_USABLE, and what asking for the admins of a group may fail with */
export async function assertDeletable(deps: Deps, session: Session, message: Message): Promise<void> {
  const { chatId, fromMe, deletedAt } = message
  if (deletedAt || !(fromMe || isGroup(chatId) || isChannel(chatId)))
    throw unusable(
      message,
      'Only a message of ours, or one in a group or a channel, can be deleted for everyone, once.',
    )
  if (fromMe || !isGroup(chatId)) return
  const { participants } = await ask(deps, session, 'group.info', { groupId: chatId })
  const { phoneNumber } = session.state
  const own = participants.find((one) => one.phoneNumber === phoneNumber)
  if (own?.role === 'member')
    throw unusable(
      message,
      'What others have written in a group is deleted for everyone by its admins alone.',
    )
}
