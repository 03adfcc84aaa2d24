/** Who is on WhatsApp, what people show of themselves, who is blocked, and what we show of ourselves. */
import { jidDecode } from '@whiskeysockets/baileys'
import type { Person } from '#core/contract/person.ts'
import { iso } from '#core/platform/clock.ts'
import type { Answers, Asked } from './index.ts'

/** WhatsApp's answer when there is no picture, or none for us. */
const NO_PICTURE = new Set([401, 404])

export const peopleAnswers = (asked: Asked): Answers => {
  const { socket, lidOf } = asked
  return {
    async 'numbers.check'({ numbers }) {
      const found = (await socket.onWhatsApp(...numbers.map((number) => number.replace('+', '')))) ?? []
      const existing = new Set(
        found.flatMap(({ jid, exists }) => (exists ? [`+${jidDecode(jid)?.user}`] : [])),
      )
      return {
        numbers: numbers.map((number) => {
          const lid = lidOf(number)
          return { number, exists: existing.has(number), ...(lid ? { lid } : {}) }
        }),
      }
    },
    async 'person.picture'({ id, preview }) {
      try {
        const url = await socket.profilePictureUrl(id, preview ? 'preview' : 'image')
        return url ? { url } : {}
      } catch (error) {
        if (NO_PICTURE.has((error as { data?: number }).data ?? 0)) return {}
        throw error
      }
    },
    async 'person.about'({ id }) {
      const [found] = (await socket.fetchStatus(id)) ?? []
      const { status, setAt } = (found?.status ?? {}) as { status?: string; setAt?: Date }
      const at = setAt?.getTime() ?? 0
      if (status) void asked.note([{ what: 'person', jids: [id], about: status }])
      return { ...(status ? { about: status } : {}), ...(at > 0 ? { setAt: iso(at) } : {}) }
    },
    async 'person.business'({ id }) {
      const found = await socket.getBusinessProfile(id)
      if (!found?.wid) return {}
      const { description, website, email, address, category } = found
      const said = { description, website: website?.[0], email, address, category }
      const business = Object.fromEntries(Object.entries(said).filter(([, text]) => text))
      return { business }
    },
    async 'blocklist.get'() {
      const jids = await socket.fetchBlocklist()
      return { people: jids.map((jid) => personOf(jid ?? '', asked)) }
    },
    async 'blocklist.set'({ id, blocked }) {
      await socket.updateBlockStatus(id, blocked ? 'block' : 'unblock')
      return {}
    },
    async 'profile.name'({ name }) {
      await asked.patch({ pushNameSetting: name }, '')
      return {}
    },
    async 'profile.about'({ about }) {
      await socket.updateProfileStatus(about)
      return {}
    },
    async 'call.reject'({ callId, from }) {
      // WhatsApp names callers by LID, and a call is rejected as it was made.
      await socket.rejectCall(callId, personOf(from, asked).lid ?? from)
      return {}
    },
  }
}

/** Both forms, as far as known. */
export function personOf(jid: string, { phoneNumberOf, lidOf }: Asked, also?: string): Person {
  const person: Person = {}
  for (const one of [jid, also ?? '']) {
    const { user, server } = jidDecode(one) ?? {}
    if (!user) continue
    if (server === 'lid') person.lid ??= `${user}@lid`
    if (server === 's.whatsapp.net') person.phoneNumber ??= `+${user}`
  }
  const phoneNumber = person.phoneNumber ?? (person.lid ? phoneNumberOf(person.lid) : undefined)
  const lid = person.lid ?? (phoneNumber ? lidOf(phoneNumber) : undefined)
  return { ...(phoneNumber ? { phoneNumber } : {}), ...(lid ? { lid } : {}) }
}
