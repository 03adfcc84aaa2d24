/** The phone's address book, as app state keeps it in step among the devices of a person. */
import { repairRemoved } from '../hardening/removed-index.ts'
import type { Answers, Asked } from './index.ts'

export const contactAnswers = ({ socket, lidOf, note, patch }: Asked): Answers => ({
  async 'contact.save'({ id, name, firstName }) {
    const lid = lidOfPerson(id, lidOf)
    const contact = {
      fullName: name,
      ...(firstName ? { firstName } : {}),
      ...(lid ? { lidJid: lid } : {}),
      saveOnPrimaryAddressbook: true,
    }
    await patch({ contact }, id)
    await note([{ what: 'contact', jids: [id, ...(lid ? [lid] : [])], name }])
    return {}
  },
  async 'contact.remove'({ id }) {
    await patch({ contact: null }, id)
    await repairRemoved(socket, 'critical_unblock_low', ['contact', id])
    const lid = lidOfPerson(id, lidOf)
    await note([{ what: 'contact', jids: [id, ...(lid ? [lid] : [])], name: null }])
    return {}
  },
})

const lidOfPerson = (id: string, lidOf: Asked['lidOf']): string | undefined =>
  id.endsWith('@lid') ? id : lidOf(`+${id.split('@')[0]}`)
