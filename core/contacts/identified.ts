/**
 * Whoever an event names is named by everything that is known of them: phone number, LID and username. Where it names a
 * chat with one person, or a person by an address alone, it says in `person` who that is, and in `mentioned` beside
 * `mentions`; only of messages that come in the sender says it already.
 */

import type { Event } from '../contract/event.ts'
import type { Person } from '../contract/person.ts'
import { isPerson, phoneNumberOf } from '../jid.ts'

/** Adds what is known besides. */
export type Identify = (person: Person) => Person
type Told = Pick<Event, 'type' | 'payload'>

/** Fields that hold a person, several of them, and parts that have such fields. */
const PEOPLE = new Set(['sender', 'by', 'caller', 'member', 'person'])
const LISTS = new Set(['participants', 'people'])
const PARTS = new Set(['message', 'target', 'quoted', 'call'])

const SENDER_SAYS_IT = new Set<Event['type']>(['message.received', 'message.waiting'])

export function identified<E extends Told>(event: E, identify: Identify): E {
  const payload = complete(event.payload, identify)
  const named = SENDER_SAYS_IT.has(event.type) || 'person' in payload ? undefined : personIn(event.payload)
  return { ...event, payload: named ? { ...payload, person: identify(named) } : payload }
}

function complete(part: object, identify: Identify): object {
  const whole = Object.fromEntries(
    Object.entries(part).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'object' && value !== null ? completed(name, value, identify) : value,
    ]),
  )
  const mentioned = mentionedIn(part).map(identify)
  return mentioned.length > 0 ? { ...whole, mentioned } : whole
}

const mentionedIn = (part: { mentions?: string[] }): Person[] =>
  (part.mentions ?? []).flatMap((address) => personOf(address) ?? [])

function completed(name: string, value: object, identify: Identify): unknown {
  if (PEOPLE.has(name)) return identify(value)
  if (LISTS.has(name) && Array.isArray(value)) return value.map((one: Person) => identify(one))
  return PARTS.has(name) ? complete(value, identify) : value
}

/** Who is meant by the address that it names, or by the chat. */
function personIn(payload: Told['payload']): Person | undefined {
  const participant = 'participant' in payload ? payload.participant : undefined
  const chatId =
    'message' in payload ? payload.message.chatId : 'chatId' in payload ? payload.chatId : undefined
  return participant ? personOf(participant) : chatId ? personOf(chatId) : undefined
}

/** @param address E.164 with a plus, or a canonical jid */
function personOf(address: string): Person | undefined {
  if (address.startsWith('+')) return { phoneNumber: address }
  if (!isPerson(address)) return
  const phoneNumber = phoneNumberOf(address)
  return phoneNumber ? { phoneNumber } : { lid: address }
}

/** @param lidOf and the others know what one session has learnt */
export const identifying =
  (learnt: {
    phoneNumberOf(lid: string): string | undefined
    lidOf(phoneNumber: string): string | undefined
    usernameOf(person: Person): string | undefined
  }): Identify =>
  (person) => {
    const phoneNumber = person.phoneNumber ?? (person.lid ? learnt.phoneNumberOf(person.lid) : undefined)
    const lid = person.lid ?? (phoneNumber ? learnt.lidOf(phoneNumber) : undefined)
    const whole = { ...person, ...(phoneNumber ? { phoneNumber } : {}), ...(lid ? { lid } : {}) }
    const username = person.username ?? learnt.usernameOf(whole)
    return username ? { ...whole, username } : whole
  }
