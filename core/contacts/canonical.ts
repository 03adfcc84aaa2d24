/** Under which id somebody's chat stands: a LID leads to the phone number, where it is known. */
import { chatIdOf, LID_SERVER } from '../jid.ts'
import type { Store } from '../platform/dynamo.ts'
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
