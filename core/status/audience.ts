/**
 * Who sees a status. WhatsApp encrypts one for a list of people that its sender names; a phone takes its address book,
 * and a session the people that it has chats with.
 */
import * as Chats from '../chat.ts'
import { canonicalPersonId } from '../contacts/canonical.ts'
import { chatIdOfPerson, isPerson } from '../jid.ts'
import type { Message } from '../message.ts'
import type { Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'

/** People of one status. */
export const MOST_RECIPIENTS = 1_000
const PAGE = 100
const FOR_PEOPLE = 'A status is for people, not for groups or channels.'

/**
 * The jids of those who are named, or of everybody that the session has a chat with, the newest chats first.
 * @throws Fault INVALID_RECIPIENT for somebody who cannot exist, and when there is nobody
 */
export async function audienceOf(
  store: Store,
  sessionId: string,
  named: string[] | undefined,
): Promise<string[]> {
  const people = named
    ? await Promise.all(named.map((one) => canonicalPersonId(store, sessionId, one, FOR_PEOPLE)))
    : await acquaintances(store, sessionId)
  if (people.length > 0) return [...new Set(people)]
  throw new Fault('INVALID_RECIPIENT', 'Nobody would see this status: the session has no chats yet.', {
    details: { action: 'Name the people that it is for in statusRecipients.' },
  })
}

/** Those who have to hear of what is done to a status: all who see one of ours, its author for one of somebody else. */
export function concernedBy({ recipients, sender }: Pick<Message, 'recipients' | 'sender'>): string[] {
  if (recipients) return recipients
  const author = chatIdOfPerson(sender)
  return author ? [author] : []
}

async function acquaintances(store: Store, sessionId: string): Promise<string[]> {
  const people: string[] = []
  let cursor: string | undefined
  do {
    const page = await Chats.list(store, sessionId, { limit: PAGE, cursor })
    people.push(...page.items.map(({ id }) => id).filter(isPerson))
    cursor = page.cursor
  } while (cursor && people.length < MOST_RECIPIENTS)
  return people.slice(0, MOST_RECIPIENTS)
}
