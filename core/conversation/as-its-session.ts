/** Conversations on a linked session follow what that wants by now: see sealed.ts. */
import type { Store } from '../platform/dynamo.ts'
import { find } from '../sessions/index.ts'
import { sealing } from '../settings.ts'
import type { Conversation } from './conversation.ts'

/** One that began before its session kept all sealed does so from now on. */
export async function asItsSession(store: Store, conversation: Conversation): Promise<Conversation> {
  const { channel, encrypted } = conversation
  if (encrypted || channel.type !== 'session') return conversation
  const session = await find(store, channel.sessionId)
  return session ? { ...conversation, ...sealing(session.settings) } : conversation
}
