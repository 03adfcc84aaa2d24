/** What is kept in step among the devices of one person: read, archived, pinned, muted, cleared, starred. */
import type { MessageReceiptType, MinimalMessage } from '@whiskeysockets/baileys'
import type { MessageKey, Takes } from '#core/contract/request.ts'
import type { Answers, Asked } from './index.ts'

export const chatAnswers = ({ socket, note, patch }: Asked): Answers => ({
  async 'messages.read'({ messages, quietly, chatId }) {
    const keys = messages.map(keyOf)
    if (keys.length > 0) await (quietly ? socket.sendReceipts(keys, 'read-self') : socket.readMessages(keys))
    if (chatId) await note([{ what: 'chat', jid: chatId, unread: false }])
    return {}
  },
  async 'messages.star'({ chatId, messages, star }) {
    await patch({ star: { messages: messages.map(({ id, fromMe }) => ({ id, fromMe })), star } }, chatId)
    await note(
      messages.map(({ id, fromMe }) => ({ what: 'star', jid: chatId, messageId: id, fromMe, starred: star })),
    )
    return {}
  },
  async 'messages.played'({ messages, quietly }) {
    // Without being told to others, for our own devices: WhatsApp's word for it, which the types do not know.
    const type = quietly ? ('played-self' as MessageReceiptType) : 'played'
    await socket.sendReceipts(messages.map(keyOf), type)
    return {}
  },
  async 'messages.remove'({ chatId, messages }) {
    for (const { id, fromMe, timestamp = 0 } of messages)
      await patch({ deleteForMe: { key: { id, fromMe }, timestamp, deleteMedia: true } }, chatId)
    await note(messages.map(({ id, fromMe }) => ({ what: 'removed', jid: chatId, messageId: id, fromMe })))
    return {}
  },
  async 'chat.change'(change) {
    const { lastMessages: _, chatId, ...changes } = change
    for (const modification of modifications(change)) await patch(modification, chatId)
    await note([{ what: 'chat', jid: chatId, ...changes }])
    return {}
  },
  async 'chat.disappearing'({ chatId, seconds }) {
    await socket.sendMessage(chatId, { disappearingMessagesInChat: seconds })
    await note([{ what: 'chat', jid: chatId, disappearingSeconds: seconds }])
    return {}
  },
})

type Modification = Parameters<Asked['socket']['chatModify']>[0]

function* modifications(change: Takes<'chat.change'>): Generator<Modification> {
  const { archived, pinned, mutedUntil, unread, cleared, deleted } = change
  const lastMessages = change.lastMessages.map(minimal)
  if (archived !== undefined) yield { archive: archived, lastMessages }
  if (pinned !== undefined) yield { pin: pinned }
  if (mutedUntil !== undefined) yield { mute: mutedUntil === null ? null : Date.parse(mutedUntil) }
  if (unread !== undefined) yield { markRead: !unread, lastMessages }
  if (cleared) yield { clear: true, lastMessages }
  if (deleted) yield { delete: true, lastMessages }
}

export const keyOf = ({ id, chatId, fromMe, participant }: MessageKey) => ({
  id,
  remoteJid: chatId,
  fromMe,
  ...(participant ? { participant } : {}),
})

const minimal = (message: MessageKey): MinimalMessage => ({
  key: keyOf(message),
  messageTimestamp: message.timestamp ?? 0,
})
