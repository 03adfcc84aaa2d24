/**
 * Who or what is meant by what a caller writes: the one id under which a chat or a person stands. A LID leads to the phone
 * number, where it is known, and `@name` to the person of this username. Every call that takes a chat or a person goes
 * through here, so that one person is one chat whichever id is used.
 */
import { chatIdOf, isPerson, LID_SERVER, usernameIn } from '../jid.ts'
import type { Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import { Alias, aliasKey, usernameKey } from './alias.ts'
import { contactKey, StoredContact } from './record.ts'

/**
 * @param text as callers write it
 * @throws Fault INVALID_RECIPIENT, USERNAME_UNKNOWN
 */
export async function canonicalChatId(store: Store, sessionId: string, text: string): Promise<string> {
  const username = usernameIn(text)
  if (username !== undefined) return ofUsername(store, sessionId, username)
  const id = chatIdOf(text)
  if (!id.endsWith(`@${LID_SERVER}`)) return id
  const alias = await store.get('main', Alias, aliasKey(sessionId, id))
  return alias?.contactId ?? id
}

/** Who has it now: a username can be given up, and be somebody else's then. */
async function ofUsername(store: Store, sessionId: string, username: string): Promise<string> {
  const alias = await store.get('main', Alias, usernameKey(sessionId, username))
  const contact = alias && (await store.get('main', StoredContact, contactKey(sessionId, alias.contactId)))
  if (contact?.username?.toLowerCase() === username) return contact.id
  throw usernameUnknown(username)
}

export const usernameUnknown = (username: string) =>
  new Fault('USERNAME_UNKNOWN', `Nobody with the username @${username} is known to this session.`, {
    details: {
      username,
      action: `Ask WhatsApp for it once (GET /api/sessions/{sessionId}/usernames/${username}), and it is known from then on; or use a phone number.`,
    },
  })

/**
 * The same for what has to be a person.
 * @param otherwise what a caller is told who names something else
 * @throws Fault INVALID_RECIPIENT, USERNAME_UNKNOWN
 */
export async function canonicalPersonId(
  store: Store,
  sessionId: string,
  text: string,
  otherwise = 'This needs a person, not a group.',
): Promise<string> {
  const id = await canonicalChatId(store, sessionId, text)
  if (isPerson(id)) return id
  throw new Fault('INVALID_RECIPIENT', otherwise)
}
