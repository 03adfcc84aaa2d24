/**
 * Addresses of WhatsApp. A chat has one canonical id, a jid: `<digits>@s.whatsapp.net` when the phone number is known,
 * `<digits>@lid` when only the LID is, `<id>@g.us` for groups, `<id>@newsletter` for channels, `status@broadcast` for
 * status updates. Callers may write a number or a jid in any usual form.
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { Fault } from './platform/fault.ts'

export const USER_SERVER = 's.whatsapp.net'
export const LID_SERVER = 'lid'
export const GROUP_SERVER = 'g.us'
const CHANNEL_SERVER = 'newsletter'
const BROADCAST_SERVER = 'broadcast'
/** Where everybody's status updates stand. */
export const STATUS = 'status@broadcast'

/** WhatsApp's usernames: 3 to 35 of these, with a letter among them. */
const USERNAME = /^@(?=.*[a-z])([a-z0-9._]{3,35})$/

const JID = /^([0-9-]+)(?:_\d+)?(?::\d+)?@([a-z.]+)$/
/** Mexico gave up the 1 behind its country code; people have kept it on WhatsApp. */
const OLD_MEXICAN_MOBILE = /^521\d{10}$/
/** What people write between the digits of a phone number. */
const PUNCTUATION = /[\s().\-/\u00a0\u2010-\u2015]/g

/**
 * @param text `+49 151 2345 6789`, the same as bare digits, or a jid (`…@s.whatsapp.net`, `…@c.us`, `…@lid`, `…@g.us`,
 * with or without a device; `…@newsletter`, `status`, `…@broadcast`)
 * @returns the canonical jid
 * @throws Fault INVALID_RECIPIENT with a sentence that says what is wrong
 */
export function chatIdOf(text: string): string {
  const written = text.trim()
  if (isStatus(written)) return STATUS
  if (!written.includes('@')) return userJid(phoneDigits(written))
  const [, user = '', server] = JID.exec(written) ?? []
  switch (server) {
    case USER_SERVER:
    case 'c.us':
      // Whom WhatsApp has named so is on it, whatever our numbering plans know of that country.
      if (/^[1-9]\d{4,15}$/.test(user)) return userJid(user)
      break
    case LID_SERVER:
      if (/^\d{5,20}$/.test(user)) return `${user}@${LID_SERVER}`
      break
    case GROUP_SERVER:
      if (/^\d{5,25}(-\d{5,15})?$/.test(user)) return `${user}@${GROUP_SERVER}`
      break
    case CHANNEL_SERVER:
    case BROADCAST_SERVER:
      if (/^\d{5,25}$/.test(user)) return `${user}@${server}`
  }
  throw invalid('It is neither a phone number nor a WhatsApp id that messages can be sent to.')
}

/**
 * The username in `@name`, in lower case; undefined for what does not begin so.
 * @throws Fault INVALID_RECIPIENT for what cannot be a username
 */
export function usernameIn(text: string): string | undefined {
  const written = text.trim().toLowerCase()
  if (!written.startsWith('@')) return
  const [, username] = USERNAME.exec(written) ?? []
  if (username) return username
  throw invalid('A username has 3 to 35 letters, digits, dots and underscores, and a letter among them.')
}

export const userJid = (digits: string): string => `${digits}@${USER_SERVER}`

type Known = { phoneNumber?: string | undefined; lid?: string | undefined }
/** The canonical jid of a person's chat; undefined when the person is unknown. */
export const chatIdOfPerson = ({ phoneNumber, lid }: Known): string | undefined =>
  phoneNumber ? userJid(phoneNumber.slice(1)) : lid
/** How WhatsApp names a person today: by the LID where it is known. */
export const jidOfPerson = ({ phoneNumber, lid }: Known): string | undefined =>
  lid ?? chatIdOfPerson({ phoneNumber })

export const isGroup = (chatId: string): boolean => chatId.endsWith(`@${GROUP_SERVER}`)
export const isChannel = (chatId: string): boolean => chatId.endsWith(`@${CHANNEL_SERVER}`)
/** A list that somebody sends the same to many with; the status updates are one too, with a fixed name. */
export const isBroadcast = (chatId: string): boolean => chatId.endsWith(`@${BROADCAST_SERVER}`)
/** As callers write it. */
export const isStatus = (text: string): boolean => text === 'status' || text === STATUS
export const isPerson = (chatId: string): boolean =>
  chatId.endsWith(`@${USER_SERVER}`) || chatId.endsWith(`@${LID_SERVER}`)
/** Many write there: what stands in it is known by its author as well. */
export const isShared = (chatId: string): boolean => isGroup(chatId) || isBroadcast(chatId)
/** What stands in the list of chats: on phones, status updates and channels have places of their own. */
export const isListed = (chatId: string): boolean => chatId !== STATUS && !isChannel(chatId)

/** E.164 with a plus; undefined for what is no person, or an unknown number. */
export const phoneNumberOf = (chatId: string): string | undefined =>
  chatId.endsWith(`@${USER_SERVER}`) ? `+${chatId.slice(0, -USER_SERVER.length - 1)}` : undefined

/** How a chat is written in `from` and `to`: a phone number where one is known, else the jid. */
export const addressOf = (chatId: string): string => phoneNumberOf(chatId) ?? chatId

/** The digits of a number that its country's numbering plan allows. Whether it is on WhatsApp, only WhatsApp knows. */
function phoneDigits(text: string): string {
  const bare = text.replace(PUNCTUATION, '').replace(/^\+/, '')
  if (!/^\d+$/.test(bare)) throw invalid('A phone number consists of digits, with the country code first.')
  if (bare.startsWith('0'))
    throw invalid('A phone number begins with the country code, without a leading zero (+49…, not 049…).')
  if (OLD_MEXICAN_MOBILE.test(bare)) return bare
  const number = parsePhoneNumberFromString(`+${bare}`)
  if (!number) throw invalid('The number does not begin with a country code that exists, or is too short.')
  if (!number.isPossible()) throw invalid('The number is too short or too long for its country.')
  return bare
}

const invalid = (why: string) =>
  new Fault('INVALID_RECIPIENT', `The recipient cannot be used. ${why}`, {
    details: { action: 'Use an international number such as +4915123456789, a WhatsApp id, or @username.' },
  })
