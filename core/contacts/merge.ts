/**
 * One person is one contact. What is heard of somebody is joined with what is known under the phone number and under
 * the LID; where both were known apart, one of them goes.
 */
import type { ContactFacts } from '../contract/contact.ts'
import { chatIdOfPerson } from '../jid.ts'

/** What was heard of somebody, with the number, the LID, or both. Absent fields say nothing. */
export type Sighting = {
  phoneNumber?: string | undefined
  lid?: string | undefined
  username?: string | undefined
  /** Null: it is not in the address book any more. */
  savedName?: string | null | undefined
  pushName?: string | undefined
  /** Counts only while the person's own name is not known. */
  chatName?: string | undefined
  verifiedName?: string | undefined
  about?: string | undefined
}

export type News = { contact: ContactFacts; formerId?: string }

/**
 * @param known what is stored of this person: under the phone number, under the LID, or both
 * @param hasChat whether there is a chat under the LID, which is the number's now
 */
export function newsOf(known: ContactFacts[], sighting: Sighting, hasChat = false): News | undefined {
  const phoneNumber = sighting.phoneNumber ?? first(known, 'phoneNumber')
  const lid = sighting.lid ?? first(known, 'lid')
  const id = chatIdOfPerson({ phoneNumber, lid })
  if (!id) return
  const savedName = sighting.savedName === undefined ? first(known, 'savedName') : sighting.savedName
  const contact = present({
    id,
    phoneNumber,
    lid,
    username: sighting.username ?? first(known, 'username'),
    savedName: savedName ?? undefined,
    pushName: sighting.pushName ?? first(known, 'pushName') ?? sighting.chatName,
    verifiedName: sighting.verifiedName ?? first(known, 'verifiedName'),
    about: sighting.about ?? first(known, 'about'),
  })
  const formerId = known.find((one) => one.id !== id)?.id ?? (hasChat && lid !== id ? lid : undefined)
  if (known.length === 0 && !formerId && !isWorthKnowing(contact)) return
  const before = known.find((one) => one.id === id)
  if (!formerId && before && isSame(before, contact)) return
  return { contact, ...(formerId ? { formerId } : {}) }
}

/** A bare number is no contact: it has been heard, and nothing is known of who it is. */
const isWorthKnowing = ({ id: _, phoneNumber: __, lid: ___, ...said }: ContactFacts): boolean =>
  Object.keys(said).length > 0

const first = <K extends keyof ContactFacts>(known: ContactFacts[], field: K): ContactFacts[K] | undefined =>
  known.find((one) => one[field] !== undefined)?.[field]

const present = (fields: { [K in keyof ContactFacts]: ContactFacts[K] | undefined }): ContactFacts =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ContactFacts

const isSame = (one: ContactFacts, other: ContactFacts): boolean =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (field) => one[field as keyof ContactFacts] === other[field as keyof ContactFacts],
  )
