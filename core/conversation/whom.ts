/**
 * Whose conversations are meant by what a caller writes: the key of a person, which is the phone number where it is known.
 * What leads from a LID to the number is known to sessions, so it is asked of the one that is named, or of all of them.
 */

import { aliasKey } from '../contacts/alias.ts'
import { canonicalChatId } from '../contacts/canonical.ts'
import { chatIdOf, LID_SERVER, phoneNumberOf } from '../jid.ts'
import type { Store } from '../platform/dynamo.ts'
import * as Sessions from '../sessions/index.ts'
import { phoneOf } from './phone.ts'

/**
 * @param text a phone number in any form, also `whatsapp:+…`, or a WhatsApp id
 * @returns undefined when it is neither
 * @throws Fault INVALID_RECIPIENT for what looks like a WhatsApp id and is none
 */
export async function personKeyOf(
  store: Store,
  accountId: string,
  text: string,
  sessionId?: string,
): Promise<string | undefined> {
  const number = phoneOf(text)
  if (number) return number
  if (!text.includes('@')) return text.includes(':') ? text : undefined
  const id = chatIdOf(text)
  const session = id.endsWith(`@${LID_SERVER}`)
    ? (sessionId ?? (await whoKnows(store, accountId, id)))
    : undefined
  const chatId = session ? await canonicalChatId(store, session, id) : id
  return phoneNumberOf(chatId) ?? chatId
}

/** A session of the account that knows whose LID this is. */
async function whoKnows(store: Store, accountId: string, lid: string): Promise<string | undefined> {
  const ids: string[] = []
  for await (const { id } of Sessions.ofAccount(store, accountId)) ids.push(id)
  const known = await store.getMany(
    'main',
    ids.map((id) => aliasKey(id, lid)),
  )
  return ids.find((id) => known.some(({ pk }) => pk === aliasKey(id, lid).pk))
}
