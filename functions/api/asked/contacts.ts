/** The phone's address book. */
import * as z from 'zod'
import * as Contacts from '#core/contacts/contact.ts'
import { Line } from '../messages/text.ts'
import { done, personParam } from './parameters.ts'
import { call } from './route.ts'

const tag = 'Contacts'

const save = call({
  method: 'put',
  path: '/contacts/{contactId}',
  tag,
  summary: 'Save a contact',
  description:
    'In the address book of the phone, as the other devices of the number show it too; whoever is in there gets the new name.',
  params: personParam,
  body: z
    .strictObject({
      name: Line.max(100).meta({ description: 'The full name' }),
      firstName: Line.max(100).optional(),
    })
    .meta({ id: 'ContactToSave' }),
  example: { name: 'Ada Lovelace', firstName: 'Ada' },
  gives: {
    contact: Contacts.Contact.nullable().meta({ description: 'Null while it is not stored here yet' }),
  },
  async run({ ask, deps, personOf, session }, { params, body: { name, firstName } }) {
    const id = await personOf(params.contactId)
    await ask('contact.save', { id, name, ...(firstName ? { firstName } : {}) })
    return { contact: (await Contacts.find(deps.store, session.id, id)) ?? null }
  },
})

const remove = call({
  method: 'delete',
  path: '/contacts/{contactId}',
  tag,
  summary: 'Remove a contact',
  description: 'From the address book of the phone. What the person says of themselves is still known.',
  params: personParam,
  gives: done,
  run: async ({ ask, personOf }, { params }) =>
    ask('contact.remove', { id: await personOf(params.contactId) }),
})

export const contactCalls = [save, remove]
