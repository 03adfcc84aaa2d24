/**
 * Where conversations stand in the index `listing` of the main table: an account's active ones by the time at which
 * they expire, the ended ones by the time at which they ended. Active ones whose time has come stand among the active
 * until somebody writes down that they expired; readers tell them apart by the clock.
 */

import { ttl } from '../platform/clock.ts'
import type { Item } from '../platform/dynamo.ts'
import type { Retention } from '../retention.ts'
import { type Conversation, type ConversationStatus, conversationKey } from './conversation.ts'
import { hiddenConversation } from './sealed.ts'

export const listingPartition = (accountId: string, status: ConversationStatus): string =>
  `CONVERSATIONS#${accountId}#${status}`

export const activePlace = ({ endsAt, id }: Pick<Conversation, 'endsAt' | 'id'>): string => `${endsAt}#${id}`

/** DynamoDB deletes a conversation when its retention has passed since its end. */
export const deletedAfter = ({ endsAt }: Pick<Conversation, 'endsAt'>, retention: Retention): number =>
  ttl(Date.parse(endsAt), retention.messageSeconds)

export const conversationItem = (conversation: Conversation, retention: Retention): Item => ({
  ...conversationKey(conversation.id),
  ...hiddenConversation(conversation),
  listPk: listingPartition(conversation.accountId, conversation.status),
  listSk: activePlace(conversation),
  expiresAt: deletedAfter(conversation, retention),
})
