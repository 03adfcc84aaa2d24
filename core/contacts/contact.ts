/** The people that a session knows, by name: from the phone's address book, and from what they say of themselves. */
import * as z from 'zod'
import type { Page, Store } from '../platform/dynamo.ts'
import { sift } from '../platform/sift.ts'
import { contactListing, contactsOf, nameOfContact, StoredContact } from './record.ts'
import { isNamed } from './search.ts'

export const Contact = z
  .object({
    id: z.string().meta({ description: 'Canonical jid', example: '4915123456789@s.whatsapp.net' }),
    name: z.string().nullable().meta({ description: 'The best of the names below' }),
    phoneNumber: z.string().nullable(),
    lid: z.string().nullable().meta({ description: 'WhatsApp’s own id of the person' }),
    username: z.string().nullable(),
    savedName: z.string().nullable().meta({ description: 'As it stands in the phone’s address book' }),
    pushName: z.string().nullable().meta({ description: 'As the person calls themselves' }),
    verifiedName: z.string().nullable().meta({ description: 'Of a business, checked by WhatsApp' }),
    about: z.string().nullable(),
    isSaved: z.boolean(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Contact' })
export type Contact = z.infer<typeof Contact>

const Shown = StoredContact.transform(
  (stored): Contact => ({
    id: stored.id,
    name: nameOfContact(stored) ?? null,
    phoneNumber: stored.phoneNumber ?? null,
    lid: stored.lid ?? null,
    username: stored.username ?? null,
    savedName: stored.savedName ?? null,
    pushName: stored.pushName ?? null,
    verifiedName: stored.verifiedName ?? null,
    about: stored.about ?? null,
    isSaved: stored.savedName !== undefined,
    updatedAt: stored.updatedAt,
  }),
)

/** In the order of their names. With a search, a page may hold less than was asked for and still have a cursor. */
export function list(
  store: Store,
  sessionId: string,
  page: { limit: number; cursor?: string | undefined },
  wanted: { search?: string | undefined; saved?: boolean | undefined },
): Promise<Page<Contact>> {
  const read = (part: { limit: number; cursor?: string | undefined }) =>
    store.query('main', Shown, contactListing(sessionId), { ...part, index: 'listing' })
  const { search, saved } = wanted
  if (search === undefined && saved === undefined) return read(page)
  const isFound = (one: Contact) =>
    search === undefined ||
    isNamed(search, [one.savedName, one.pushName, one.verifiedName, one.username], [one.phoneNumber, one.lid])
  return sift(read, (one) => (saved === undefined || one.isSaved === saved) && isFound(one), page)
}

/** @param id a canonical jid, of either kind */
export async function find(store: Store, sessionId: string, id: string): Promise<Contact | undefined> {
  const stored = (await contactsOf(store, sessionId, [id])).get(id)
  return stored && Shown.parse(stored)
}
