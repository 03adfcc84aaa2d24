/**
 * Who or what is meant by what a caller writes: the one id under which a chat or a person stands. A LID leads to the phone
 * number, where it is known. Every call that takes a chat or a person goes through here, so that one person is one chat
 * whichever id is used.
 */
import { chatIdOf, isPerson, LID_SERVER } from '../jid.ts'
import type { Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import { Alias, aliasKey } from './record.ts'

/**
 * @param text as callers write it
 * @throws Fault INVALID_RECIPIENT
 */
export async function canonicalChatId(store: Store, sessionId: string, text: string): Promise<string> {
  const id = chatIdOf(text)
  if (!id.endsWith(`@${LID_SERVER}`)) return id
  const alias = await store.get('main', Alias, aliasKey(sessionId, id))
  return alias?.contactId ?? id
}

/**
 * The same for what has to be a person.
 * @throws Fault INVALID_RECIPIENT
 */
export async function canonicalPersonId(store: Store, sessionId: string, text: string): Promise<string> {
  const id = await canonicalChatId(store, sessionId, text)
  if (isPerson(id)) return id
  throw new Fault('INVALID_RECIPIENT', 'This needs a person, not a group.')
}
