import { expect, test } from 'vitest'
import type * as z from 'zod'
import { identified, identifying } from '#core/contacts/identified.ts'
import { Event } from '#core/contract/event.ts'
import { EXAMPLES } from './examples/index.ts'
import { PERSON, US } from './examples/people.ts'

const people = [PERSON, US]
const identify = identifying({
  phoneNumberOf: (lid) => people.find((one) => one.lid === lid)?.phoneNumber,
  lidOf: (phoneNumber) => people.find((one) => one.phoneNumber === phoneNumber)?.lid,
  usernameOf: ({ lid }) => (lid === PERSON.lid ? PERSON.username : undefined),
})
const TYPES = Event.options.map(({ shape }) => shape.type.value)

/** Whatever looks like a person in it. */
function* peopleIn(part: unknown): Generator<Record<string, unknown>> {
  if (typeof part !== 'object' || part === null) return
  if ('phoneNumber' in part || 'lid' in part) yield part as Record<string, unknown>
  for (const inner of Object.values(part)) yield* peopleIn(inner)
}

test.each(TYPES)(
  '%s names people by number, LID and username, in its example and when it is told',
  (type) => {
    const event = { type, payload: EXAMPLES[type] } as Pick<Event, 'type' | 'payload'>
    expect(identified(event, identify)).toEqual(event)
    for (const person of peopleIn(event.payload))
      expect(person).toMatchObject({ phoneNumber: expect.any(String), lid: expect.any(String) })
  },
)

/** Those that say themselves who it is about: a contact, a conversation, a session. */
const SAYS_IT = /^(contact|conversation|session)\./

test.each(TYPES.filter((type) => !SAYS_IT.test(type)))(
  '%s, told of a person by number or by LID alone, is told of the same person',
  (type) => {
    for (const known of ['phoneNumber', 'lid']) {
      const unknown = ['person', 'phoneNumber', 'lid', 'username'].filter((name) => name !== known)
      const bare = JSON.parse(
        JSON.stringify(EXAMPLES[type], (name, value) => (unknown.includes(name) ? undefined : value)),
      )
      const event = { type, payload: bare } as Pick<Event, 'type' | 'payload'>
      expect(identified(event, identify).payload).toEqual(EXAMPLES[type])
    }
  },
)

/** Where an address or a chat is named, there is room for the person. */
test.each(Event.options.map((option) => [option.shape.type.value, option.shape.payload] as const))(
  '%s has a field for the person that it names by an address or a chat',
  (_type, payload) => {
    const { shape } = payload as z.ZodObject
    if ('chatId' in shape || 'participant' in shape) expect(Object.keys(shape)).toContain('person')
  },
)
