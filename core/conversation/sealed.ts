/**
 * What of a conversation is concealed, where its session keeps what is said sealed: what was said, and what was noted about
 * it. Who talks to whom, when, and how much, has to be found and counted.
 */
import { hidden } from '../hidden.ts'
import type { Conversation } from './conversation.ts'

const NOTED = ['name', 'context', 'metadata', 'orderDetails'] as const

/** One field of a conversation, as it is written. */
export const hiddenField = (conversation: Conversation, field: string): unknown => {
  const value = conversation[field as keyof Conversation]
  return NOTED.some((noted) => noted === field) ? hidden(conversation, value) : value
}

export const hiddenConversation = (conversation: Conversation): Record<string, unknown> => ({
  ...conversation,
  ...Object.fromEntries(NOTED.map((field) => [field, hiddenField(conversation, field)])),
})
