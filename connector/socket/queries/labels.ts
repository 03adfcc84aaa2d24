/** Labels of a business account, and putting them on chats and messages. */
import type { Answers, Asked } from './index.ts'

export const labelAnswers = ({ socket, note }: Asked): Answers => ({
  async 'label.edit'({ id, name, color, deleted }) {
    await socket.addLabel('', { id, name, color, deleted })
    await note([{ what: 'label', id, name, color, deleted }])
    return {}
  },
  async 'label.put'({ labelIds, chatId, messageId, on }) {
    for (const labelId of labelIds) {
      if (messageId === undefined)
        await (on ? socket.addChatLabel(chatId, labelId) : socket.removeChatLabel(chatId, labelId))
      else
        await (on
          ? socket.addMessageLabel(chatId, messageId, labelId)
          : socket.removeMessageLabel(chatId, messageId, labelId))
    }
    const about = {
      what: 'labelled' as const,
      jid: chatId,
      labelled: on,
      ...(messageId ? { messageId } : {}),
    }
    await note(labelIds.map((labelId) => ({ ...about, labelId })))
    return {}
  },
})
