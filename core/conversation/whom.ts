/**
 * Whose conversations are meant by what a caller writes: the key of a person, which is the phone number where it is known.
 * What leads from a LID or a username to the person is known to sessions, so it is asked of the one that is named, or of
 * all of them.
 */

import { aliasKey, usernameKey } from '../contacts/alias.ts'
import { canonicalChatId, usernameUnknown } from '../contacts/canonical.ts'
import { chatIdOf, LID_SERVER, phoneNumberOf, usernameIn } from '../jid.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import * as Sessions from '../sessions/index.ts'
import { phoneOf } from './phone.ts'

/**
 * @param text a phone number in any form, also `whatsapp:+…`, a WhatsApp id, or `@username`
 * @param sessionId one of the account
 * @returns undefined when it is none of them
 * @throws Fault INVALID_RECIPIENT for what looks like a WhatsApp id and is none, USERNAME_UNKNOWN
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
  const username = usernameIn(text)
  if (username !== undefined) {
    const knows = sessionId ?? (await whoKnows(store, accountId, (session) => usernameKey(session, username)))
    if (!knows) throw usernameUnknown(username)
    return keyOf(await canonicalChatId(store, knows, text))
  }
  const id = chatIdOf(text)
  if (!id.endsWith(`@${LID_SERVER}`)) return keyOf(id)
  const knows = sessionId ?? (await whoKnows(store, accountId, (session) => aliasKey(session, id)))
  return keyOf(knows ? await canonicalChatId(store, knows, id) : id)
}

const keyOf = (chatId: string): string => phoneNumberOf(chatId) ?? chatId

/** A session of the account that knows who that is. */
async function whoKnows(
  store: Store,
  accountId: string,
  wayFrom: (session: string) => Key,
): Promise<string | undefined> {
  const ids: string[] = []
  for await (const { id } of Sessions.ofAccount(store, accountId)) ids.push(id)
  const known = await store.getMany('main', ids.map(wayFrom))
  return ids.find((id) => known.some(({ pk }) => pk === wayFrom(id).pk))
}
