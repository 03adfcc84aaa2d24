/** Examples of what is told of contacts and labels. */
import type { Examples } from './index.ts'
import { CHAT, PERSON, SENDER } from './people.ts'

const { name } = SENDER

export const CONTACTS: Examples<'contact' | 'label'> = {
  'contact.updated': { contact: { id: CHAT, ...PERSON, savedName: 'Ada Lovelace', pushName: name } },
  'label.updated': { label: { id: '7', name: 'Paid', color: 3 } },
  'label.deleted': { labelId: '7' },
  'label.added': { labelId: '7', chatId: CHAT, person: PERSON },
  'label.removed': { labelId: '7', chatId: CHAT, person: PERSON },
}
