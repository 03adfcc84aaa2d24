/**
 * What a session knows of people, as its connector keeps it: whatever is heard of somebody is compared with what is
 * stored, and only news becomes an event. Who was heard of lately is remembered, so that a message of somebody known
 * asks nothing and writes nothing.
 */
import { chatKey } from '../chat.ts'
import { ContactFacts } from '../contract/contact.ts'
import type { Event } from '../contract/event.ts'
import type { Person } from '../contract/person.ts'
import { userJid } from '../jid.ts'
import type { Store } from '../platform/dynamo.ts'
import { type News, newsOf, type Sighting } from './merge.ts'
import { type Moved, moveChats } from './moving.ts'
import { contactsOf } from './record.ts'

/** What was heard, and the id of the event that it would be. */
export type Heard = { eventId: string; sighting: Sighting }
export type ContactBook = {
  /** As far as it came along since this was opened, or was read because of something else. */
  usernameOf(person: Person): string | undefined
  /** @param at ISO 8601 */
  news(heard: Heard[], at: string): Promise<Event[]>
  /** Brings together what was said to somebody before and after the phone number was known. */
  moveChats(): Promise<void>
}

/** People of one session that are remembered, the latest ones. */
const REMEMBERED = 1_000

/** @param andThen what else is to be brought together, when a chat has moved */
export function contactBook(
  store: Store,
  session: { sessionId: string; accountId: string },
  andThen?: (moved: Moved) => Promise<void>,
): ContactBook {
  /** What was heard last of each of them. */
  const last = new Map<string, string>()
  const remember = (sighting: Sighting) => {
    const who = nameOf(sighting)
    last.delete(who)
    last.set(who, JSON.stringify(sighting))
    if (last.size > REMEMBERED) last.delete(last.keys().next().value ?? '')
  }
  /** By LID, which is what WhatsApp knows them by, and by number. */
  const usernames = new Map<string, string>()
  const learn = ({ username, lid, phoneNumber }: ContactFacts) => {
    if (!username) return
    for (const id of [lid, phoneNumber]) {
      if (!id) continue
      usernames.delete(id)
      usernames.set(id, username)
      if (usernames.size > REMEMBERED) usernames.delete(usernames.keys().next().value ?? '')
    }
  }
  const isNew = ({ sighting }: Heard) => last.get(nameOf(sighting)) !== JSON.stringify(sighting)

  /** Of those whose number and LID are heard together for the first time: LIDs that a chat stands under. */
  const chatsByLid = async (heard: Heard[], known: Map<string, ContactFacts>): Promise<Set<string>> => {
    const lids = heard.flatMap(({ sighting }) => {
      const { phoneNumber, lid } = sighting
      const isKnown = knownAs(known, sighting).some(
        (one) => one.lid === lid && one.phoneNumber === phoneNumber,
      )
      return phoneNumber && lid && !isKnown ? [lid] : []
    })
    const keys = [...new Set(lids)].map((lid) => chatKey(session.sessionId, lid))
    const items = await store.getMany('main', keys)
    return new Set(items.map(({ chatId }) => String(chatId)))
  }

  return {
    usernameOf: ({ lid = '', phoneNumber = '' }) => usernames.get(lid) ?? usernames.get(phoneNumber),

    moveChats: () => moveChats(store, session.sessionId, andThen),

    async news(heard, at) {
      const unknown = heard.filter(isNew)
      if (unknown.length === 0) return []
      const ids = unknown.flatMap(({ sighting }) => idsOf(sighting))
      const stored = await contactsOf(store, session.sessionId, ids)
      const known = new Map([...stored].map(([id, contact]) => [id, ContactFacts.parse(contact)]))
      for (const contact of known.values()) learn(contact)
      const hidden = await chatsByLid(unknown, known)
      const events = unknown.flatMap(({ eventId, sighting }): Event[] => {
        const news = newsOf(knownAs(known, sighting), sighting, hidden.has(sighting.lid ?? ''))
        if (!news) return []
        note(known, news)
        learn(news.contact)
        return [{ id: eventId, ...session, timestamp: at, type: 'contact.updated', payload: news }]
      })
      for (const { sighting } of unknown) remember(sighting)
      return events
    },
  }
}

const idsOf = ({ phoneNumber, lid }: Sighting): string[] => [
  ...(phoneNumber ? [userJid(phoneNumber.slice(1))] : []),
  ...(lid ? [lid] : []),
]

const knownAs = (known: Map<string, ContactFacts>, sighting: Sighting): ContactFacts[] => [
  ...new Set(idsOf(sighting).flatMap((id) => known.get(id) ?? [])),
]

function note(known: Map<string, ContactFacts>, { contact }: News): void {
  for (const id of [contact.id, contact.lid]) if (id) known.set(id, contact)
}

const nameOf = ({ phoneNumber, lid }: Sighting): string => `${phoneNumber} ${lid}`
