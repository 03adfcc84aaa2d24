/** Examples of what is told of messages. */
import type { Examples } from './index.ts'
import { AT, CHAT, deed, ID, OTHER_ID, OURS, PERSON, SENDER, THEIRS, US } from './people.ts'

const MEDIA_ID = '5bc99cea8975b95fe7077c64a3312145-0a1b2c3d4e5f6g7h8i9j0k1l2m'

const received = {
  id: OTHER_ID,
  chatId: CHAT,
  fromMe: false,
  from: THEIRS,
  to: OURS,
  sender: SENDER,
  timestamp: AT,
  type: 'text',
  text: 'Hi',
}
const sent = {
  ...received,
  id: ID,
  fromMe: true,
  from: OURS,
  to: THEIRS,
  sender: US,
  text: 'Hello! @15155500002',
  mentions: [THEIRS],
  mentioned: [PERSON],
}
const { text: _, ...unread } = received

const stored = {
  id: MEDIA_ID,
  state: 'stored' as const,
  mimetype: 'image/jpeg',
  size: 48_213,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  width: 1280,
  height: 720,
  url: `https://lines.example.org/media/${MEDIA_ID}?expires=1767398400&signature=…`,
}

export const MESSAGES: Examples<'message' | 'poll' | 'event'> = {
  'message.received': { message: received },
  'message.sent': { message: sent, person: PERSON },
  'message.status': { messageId: ID, status: 'read', chatId: CHAT, person: PERSON },
  'message.waiting': { message: { ...unread, type: 'waiting' } },
  'message.reaction': { ...deed, emoji: '👍' },
  'message.edited': { ...deed, target: { ...deed.target, fromMe: false, sender: SENDER }, text: 'Hi there' },
  'message.deleted': { ...deed, target: { ...deed.target, fromMe: false, sender: SENDER } },
  'message.pinned': { ...deed, seconds: 86_400 },
  'message.starred': { chatId: CHAT, target: { messageId: ID, fromMe: true }, starred: true, person: PERSON },
  'message.removed': { chatId: CHAT, target: { messageId: ID, fromMe: true }, person: PERSON },
  'message.media': {
    chatId: CHAT,
    target: { messageId: OTHER_ID, fromMe: false, sender: SENDER },
    media: stored,
    person: PERSON,
  },
  'poll.vote': { ...deed, options: ['Tuesday'] },
  'event.response': { ...deed, response: 'going' },
}
