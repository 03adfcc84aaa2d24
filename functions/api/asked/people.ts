/** Who is on WhatsApp, what people show of themselves, who is blocked, and what we show of ourselves. */
import * as z from 'zod'
import { Person } from '#core/contract/person.ts'
import { Business } from '#core/contract/request.ts'
import { phoneNumberOf } from '#core/jid.ts'
import { Fault } from '#core/platform/fault.ts'
import { pageOf, SHORT } from '../listing.ts'
import { Line, Text } from '../messages/text.ts'
import { done, personParam, placeOfPerson } from './parameters.ts'
import { type Asking, call } from './route.ts'

const Checked = z
  .object({
    number: z.string().meta({ description: 'As it was asked for' }),
    exists: z.boolean(),
    phoneNumber: z.string().nullable(),
    chatId: z.string().nullable().meta({ description: 'Where to write; null when it is not on WhatsApp' }),
    lid: z.string().nullable(),
    error: z.string().optional().meta({ description: 'Why it cannot be a phone number' }),
  })
  .meta({ id: 'CheckedNumber' })

const checkNumbers = call({
  method: 'post',
  path: '/numbers/check',
  tag: 'Contacts',
  summary: 'Check which numbers are on WhatsApp',
  description: 'Up to 100 at a time, answered in their order. What cannot be a number is said for itself.',
  body: z
    .strictObject({ numbers: z.array(z.string().max(60)).min(1).max(100) })
    .meta({ id: 'NumbersToCheck' }),
  example: { numbers: ['+4915123456789'] },
  gives: { numbers: z.array(Checked) },
  async run({ ask, chatOf }, { body }) {
    const read = await Promise.all(body.numbers.map((number) => readNumber(number, chatOf)))
    const known = [...new Set(read.flatMap(({ phoneNumber }) => phoneNumber ?? []))]
    const { numbers } = known.length > 0 ? await ask('numbers.check', { numbers: known }) : { numbers: [] }
    const answers = new Map(numbers.map((one) => [one.number, one]))
    return {
      numbers: read.map(({ number, phoneNumber, chatId, error }) => {
        const { exists = false, lid } = answers.get(phoneNumber ?? '') ?? {}
        return {
          number,
          exists,
          phoneNumber: phoneNumber ?? null,
          chatId: exists ? (chatId ?? null) : null,
          lid: (exists && lid) || null,
          ...(error ? { error } : {}),
        }
      }),
    }
  },
})

/** A LID is checked by the number that it belongs to, where that is known. */
async function readNumber(number: string, chatOf: Asking['chatOf']) {
  try {
    const chatId = await chatOf(number)
    const phoneNumber = phoneNumberOf(chatId)
    return phoneNumber
      ? { number, chatId, phoneNumber }
      : { number, error: 'Only phone numbers can be checked.' }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { number, error: error.message }
  }
}

const profile = call({
  method: 'get',
  path: '/contacts/{contactId}/profile',
  tag: 'Contacts',
  summary: 'Picture and about text of somebody, and what a business says of itself',
  description:
    'Null is what is not there, or not shown to us. The picture is at WhatsApp; its address is valid for some days.',
  params: personParam,
  gives: {
    profile: z.object({
      id: z.string(),
      phoneNumber: z.string().nullable(),
      username: z.string().nullable(),
      about: z.string().nullable(),
      picture: z.string().nullable(),
      pictureFull: z.string().nullable(),
      business: Business.nullable().meta({ description: 'What a business says of itself' }),
    }),
  },
  async run({ ask, personOf }, { params }) {
    const id = await personOf(params.contactId)
    const [said, small, whole, company, named] = await Promise.all([
      ask('person.about', { id }),
      ask('person.picture', { id, preview: true }),
      ask('person.picture', { id, preview: false }),
      ask('person.business', { id }),
      ask('person.username', { id }),
    ])
    return {
      profile: {
        id,
        phoneNumber: phoneNumberOf(id) ?? null,
        username: named.username ?? null,
        about: said.about ?? null,
        picture: small.url ?? null,
        pictureFull: whole.url ?? null,
        business: company.business ?? null,
      },
    }
  },
})

const blocklist = call({
  method: 'get',
  path: '/blocklist',
  tag: 'Contacts',
  summary: 'List who is blocked',
  query: SHORT.query,
  gives: { blocked: z.array(Person), ...SHORT.gives },
  async run({ ask }, { query }) {
    const { people } = await ask('blocklist.get', {})
    const { items: blocked, nextCursor } = pageOf(people, query, placeOfPerson)
    return { blocked, nextCursor }
  },
})

const block = call({
  method: 'put',
  path: '/blocklist/{contactId}',
  tag: 'Contacts',
  summary: 'Block somebody',
  params: personParam,
  gives: done,
  run: async ({ ask, personOf }, { params }) =>
    ask('blocklist.set', { id: await personOf(params.contactId), blocked: true }),
})

const unblock = call({
  method: 'delete',
  path: '/blocklist/{contactId}',
  tag: 'Contacts',
  summary: 'Unblock somebody',
  params: personParam,
  gives: done,
  run: async ({ ask, personOf }, { params }) =>
    ask('blocklist.set', { id: await personOf(params.contactId), blocked: false }),
})

const ownProfile = call({
  method: 'put',
  path: '/profile',
  tag: 'Contacts',
  summary: 'Change the own name or about text',
  body: z
    .strictObject({ name: Line.max(25).optional(), about: Text.max(139).optional() })
    .refine(
      ({ name, about }) => name !== undefined || about !== undefined,
      'must have a name or an about text',
    )
    .meta({ id: 'OwnProfile' }),
  example: { name: 'Corner shop' },
  gives: done,
  async run({ ask }, { body: { name, about } }) {
    if (name !== undefined) await ask('profile.name', { name })
    if (about !== undefined) await ask('profile.about', { about })
    return {}
  },
})

export const peopleCalls = [checkNumbers, profile, blocklist, block, unblock, ownProfile]
