/** Parameters that several calls share, and how they are read: numbers and jids in any usual form. */
import * as z from 'zod'
import type { Person } from '#core/contract/person.ts'
import { chatIdOf, isGroup } from '#core/jid.ts'
import { Fault } from '#core/platform/fault.ts'

export const chatParam = {
  chatId: z
    .string()
    .meta({ description: 'A phone number or a jid, in any usual form', example: '+4915123456789' }),
}
export const personParam = {
  contactId: z
    .string()
    .meta({ description: 'A phone number or a jid of a person', example: '+4915123456789' }),
}
export const labelParam = {
  labelId: z.string().max(40).meta({ description: 'The id of a label', example: '7' }),
}
export const groupParam = {
  groupId: z.string().meta({ description: 'The jid of a group', example: '120363025246125486@g.us' }),
}

/** @throws Fault INVALID_RECIPIENT */
export function groupOf(text: string): string {
  const id = chatIdOf(text)
  if (!isGroup(id)) throw new Fault('INVALID_RECIPIENT', 'This needs the jid of a group.')
  return id
}

export const People = z
  .array(z.string().max(100))
  .min(1)
  .max(256)
  .meta({ description: 'Phone numbers or jids' })
/** Of somebody in a list of people. */
export const placeOfPerson = ({ phoneNumber = '', lid = '', username = '' }: Person): string[] => [
  phoneNumber,
  lid,
  username,
]
/** What a call answers that has nothing to tell. */
export const done = {}
