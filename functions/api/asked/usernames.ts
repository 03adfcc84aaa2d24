/** Who has a username, as WhatsApp knows it. */
import * as z from 'zod'
import { Person } from '#core/contract/person.ts'
import { addressOf, chatIdOfPerson, usernameIn } from '#core/jid.ts'
import { call } from './route.ts'

const find = call({
  method: 'get',
  path: '/usernames/{username}',
  tag: 'Contacts',
  summary: 'Find who has a username',
  description:
    'Asks WhatsApp; the person is a contact from then on, and `@username` can be written wherever a person is named. 404: nobody has it, or it is protected by a key that has to be given.',
  params: {
    username: z.string().max(40).meta({ description: 'With or without the `@`', example: 'ada.lovelace' }),
  },
  query: {
    key: z
      .string()
      .regex(/^\d{4,8}$/, 'must be 4 to 8 digits')
      .optional()
      .meta({ description: 'The username key, of people who have set one', example: '1234' }),
  },
  gives: {
    id: z.string().meta({ description: 'Where to write' }),
    address: z.string().meta({ description: 'The phone number where it is known, else the id' }),
    person: Person,
  },
  async run({ ask }, { params, query }) {
    const username = usernameIn(`@${params.username.replace(/^@/, '')}`) ?? ''
    const { person } = await ask('username.find', { username, ...(query.key ? { pin: query.key } : {}) })
    const id = chatIdOfPerson(person) ?? ''
    return { id, address: addressOf(id), person }
  },
})

export const usernameCalls = [find]
