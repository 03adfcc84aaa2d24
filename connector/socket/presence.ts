/** Typing and presence, from the words of Baileys into ours. */
import type { Presence } from './types.ts'

export function toPresence(
  chat: string,
  participant: string,
  presence: { lastKnownPresence: Presence['state']; lastSeen?: number | null },
): Presence {
  const { lastKnownPresence: state, lastSeen } = presence
  return { chat, participant, state, ...(lastSeen ? { lastSeen } : {}) }
}
