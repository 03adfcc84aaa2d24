/** Labels of a business account, and putting them on chats and messages. */
import type { ChatModification } from '@whiskeysockets/baileys'
import type { Answers, Asked } from './index.ts'

export const labelAnswers = ({ note, patch }: Asked): Answers => ({
  async 'label.edit'({ id, name, color, deleted }) {
    await patch({ addLabel: { id, name, color, deleted } }, '')
    await note([{ what: 'label', id, name, color, deleted }])
    return {}
  },
  async 'label.put'({ labelIds, chatId, messageId, on }) {
    for (const labelId of labelIds) await patch(putting(labelId, messageId, on), chatId)
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

function putting(labelId: string, messageId: string | undefined, on: boolean): ChatModification {
  if (messageId === undefined) return on ? { addChatLabel: { labelId } } : { removeChatLabel: { labelId } }
  return on ? { addMessageLabel: { labelId, messageId } } : { removeMessageLabel: { labelId, messageId } }
}
