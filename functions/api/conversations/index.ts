/** Conversations. What has a name of its own stands before what an id could stand for. */
import { conversationSessions } from '../../dialects/conversations.ts'
import { conversationAccount } from './account.ts'
import { changeConversations } from './change.ts'
import { findConversations } from './find.ts'
import { replyInConversations } from './reply.ts'

export const conversations = [
  conversationAccount,
  changeConversations,
  findConversations,
  replyInConversations,
  conversationSessions,
]
