/**
 * How contacts are stored: an item for each person, listed by name, beside the items that lead to it (see alias.ts). They
 * are written with the event that tells of them (see projection/contacts.ts).
 */
import * as z from 'zod'
import { ContactFacts } from '../contract/contact.ts'
import type { Person } from '../contract/person.ts'
import { hidden, type Origin } from '../hidden.ts'
import { isPerson, LID_SERVER, phoneNumberOf } from '../jid.ts'
import { sessionPartition } from '../partition.ts'
import type { Item, Key, Store } from '../platform/dynamo.ts'
import { ALIAS_PREFIX, Alias, aliasKey } from './alias.ts'

const CONTACT_PREFIX = 'CONTACT#'

/** @param id canonical: see jid.ts */
export const contactKey = (sessionId: string, id: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${CONTACT_PREFIX}${id}`,
})
export const contactListing = (sessionId: string): string => `CONTACTS#${sessionId}`

export const StoredContact = ContactFacts.extend({ updatedAt: z.iso.datetime() })
export type StoredContact = z.infer<typeof StoredContact>

/** The name to show: as the owner of the line calls the person, then as they call themselves. */
export const nameOfContact = ({
  savedName,
  verifiedName,
  pushName,
  username,
}: ContactFacts): string | undefined => savedName ?? verifiedName ?? pushName ?? username

/** Characters of the name by which the list is sorted. */
const SORTED_BY = 60

/** What people are called, and say of themselves. */
const NAMES = ['savedName', 'pushName', 'verifiedName', 'about'] as const

/** Where names are kept sealed, the list is sorted by numbers. */
export function contactItem(
  sessionId: string,
  contact: ContactFacts,
  updatedAt: string,
  origin: Origin,
): Item {
  const known = origin.encrypted ? undefined : nameOfContact(contact)
  const name = known ?? contact.phoneNumber ?? contact.id
  const names = Object.fromEntries(NAMES.map((field) => [field, hidden(origin, contact[field])]))
  return {
    ...contactKey(sessionId, contact.id),
    ...contact,
    ...names,
    updatedAt,
    listPk: contactListing(sessionId),
    listSk: `${name.slice(0, SORTED_BY).toLowerCase().toWellFormed()}\t${contact.id}`,
  }
}

/** What is known of these persons, by canonical id: of each phone number, and of each LID, whichever leads to whom. */
export async function contactsOf(
  store: Store,
  sessionId: string,
  ids: string[],
): Promise<Map<string, StoredContact>> {
  const keys = [...new Set(ids)].flatMap((id) =>
    id.endsWith('@lid') ? [contactKey(sessionId, id), aliasKey(sessionId, id)] : [contactKey(sessionId, id)],
  )
  const found = new Map<string, StoredContact>()
  const elsewhere = new Map<string, string>()
  const keep = (item: Item) => {
    const contact = StoredContact.parse(item)
    found.set(contact.id, contact)
  }
  for (const item of await store.getMany('main', keys)) {
    if (item.sk.startsWith(ALIAS_PREFIX))
      elsewhere.set(item.sk.slice(ALIAS_PREFIX.length), Alias.parse(item).contactId)
    else keep(item)
  }
  const missing = [...new Set(elsewhere.values())].filter((id) => !found.has(id))
  const others = missing.map((id) => contactKey(sessionId, id))
  for (const item of await store.getMany('main', others)) keep(item)
  for (const [lid, id] of elsewhere) {
    const contact = found.get(id)
    if (contact && !found.has(lid)) found.set(lid, contact)
  }
  return found
}

/** Who a chat is with, by all that is known of them; undefined when it is with many. */
export async function knownOf(store: Store, sessionId: string, chatId: string): Promise<Person | undefined> {
  if (!isPerson(chatId)) return
  const contact = (await contactsOf(store, sessionId, [chatId])).get(chatId)
  const phoneNumber = phoneNumberOf(chatId)
  const lid = contact?.lid ?? (chatId.endsWith(`@${LID_SERVER}`) ? chatId : undefined)
  return {
    ...(phoneNumber ? { phoneNumber } : {}),
    ...(lid ? { lid } : {}),
    ...(contact?.username ? { username: contact.username } : {}),
  }
}
