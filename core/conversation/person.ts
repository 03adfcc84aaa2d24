/**
 * What one person has with an account: on each line at most one conversation that goes on (the pointer), and those that
 * there ever were. Both are looked up by the person's key, a phone number or, where that is unknown, a LID.
 */
import * as z from 'zod'
import { ttl } from '../platform/clock.ts'
import type { Item, Key } from '../platform/dynamo.ts'
import type { Retention } from '../retention.ts'
import { type Channel, type Conversation, channelName } from './conversation.ts'

export const CURRENT = 'CURRENT#'
export const EVER = 'EVER#'

export const Pointer = z.object({ conversationId: z.string(), expiresAt: z.int() })
export type Pointer = z.infer<typeof Pointer>

export const personPartition = (accountId: string, person: string): string => `PERSON#${accountId}#${person}`

export const pointerKey = (accountId: string, person: string, channel: Channel): Key => ({
  pk: personPartition(accountId, person),
  sk: `${CURRENT}${channelName(channel)}`,
})

/** The last one that began on this line. It stays when that one ends. */
export const pointerItem = (conversation: Conversation, now: number, retention: Retention): Item => ({
  ...pointerKey(conversation.accountId, conversation.person, conversation.channel),
  conversationId: conversation.id,
  expiresAt: keptUntil(now, retention),
})

export const everItem = (conversation: Conversation, now: number, retention: Retention): Item => ({
  pk: personPartition(conversation.accountId, conversation.person),
  sk: `${EVER}${conversation.createdAt}#${conversation.id}`,
  conversationId: conversation.id,
  expiresAt: keptUntil(now, retention),
})

/** A conversation may outlive any span by going on, so these are renewed when half of theirs is over. */
export const isStale = ({ expiresAt }: Pointer, now: number, retention: Retention): boolean =>
  expiresAt < ttl(now, retention.messageSeconds)

const keptUntil = (now: number, { messageSeconds }: Retention): number => ttl(now, 2 * messageSeconds)
