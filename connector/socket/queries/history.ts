/** What was said before: the phone knows, and sends it in a message of its own when it is asked. */
import { keyOf } from './chats.ts'
import type { Answers, Asked } from './index.ts'

export const historyAnswers = ({ socket }: Asked): Answers => ({
  async 'history.fetch'({ count, oldest }) {
    const requestId = await socket.fetchMessageHistory(count, keyOf(oldest), (oldest.timestamp ?? 0) * 1_000)
    return { requestId }
  },
})
