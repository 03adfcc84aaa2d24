/**
 * Who is meant by the addresses of a stanza. WhatsApp writes a person as a phone number (PN) or as a LID, and mostly
 * adds the other form; both are joined here, so that one person is one chat, named by the phone number where it is known.
 */
import {
  addressOf,
  chatIdOfPerson,
  isChannel,
  isGroup,
  isShared,
  LID_SERVER,
  STATUS,
  USER_SERVER,
} from '#core/jid.ts'
import type { Attributes, Me } from '../socket/index.ts'

/** Both forms of one person, as far as known: E.164 with a plus, and `<digits>@lid`; and the username, without the `@`. */
export type Person = {
  phoneNumber: string | undefined
  lid: string | undefined
  username?: string | undefined
}

/**
 * Where a message belongs. `chatId` is canonical, `sender` is who wrote it: in a channel nobody is named.
 * `broadcastList` is the sender's list that it came through.
 */
export type Parties = {
  chatId: string
  fromMe: boolean
  sender: Person
  broadcastList?: string
}

/** What the device has learnt about the phone number behind a LID. */
export type Directory = (lid: string) => string | undefined

const JID = /^([^@:_]+)(?:_\d+)?(?::\d+)?@(.+)$/
const PHONE_SERVERS = new Set([USER_SERVER, 'c.us', 'hosted'])
const LID_SERVERS = new Set([LID_SERVER, 'hosted.lid'])

/** The jids may be of either form, with or without a device; absent ones are skipped. */
export function personOf(jids: (string | undefined)[], directory: Directory): Person {
  const person: Person = { phoneNumber: undefined, lid: undefined }
  for (const jid of jids) {
    const [, user, server] = JID.exec(jid ?? '') ?? []
    if (!user || !server) continue
    if (PHONE_SERVERS.has(server)) person.phoneNumber ??= `+${user}`
    if (LID_SERVERS.has(server)) person.lid ??= `${user}@${LID_SERVER}`
  }
  if (person.lid) person.phoneNumber ??= directory(person.lid)
  return person
}

/** With the LID as well, where the device has learnt it. */
export const withLid = (
  { phoneNumber, lid, username }: Person,
  lidOf: ((phoneNumber: string) => string | undefined) | undefined,
): Person => ({
  phoneNumber,
  lid: lid ?? (phoneNumber ? lidOf?.(phoneNumber) : undefined),
  ...called(username),
})

/** With the username that came along. */
export const called = (username: string | undefined) => (username ? { username } : {})

/** Without what is not known. */
export const known = ({
  phoneNumber,
  lid,
  username,
}: Partial<Person>): { phoneNumber?: string; lid?: string; username?: string } => ({
  ...(phoneNumber ? { phoneNumber } : {}),
  ...(lid ? { lid } : {}),
  ...called(username),
})

/** How a person is written in `from` and `to`. */
export const addressOfPerson = (person: Person): string => addressOf(chatIdOfPerson(person) ?? '')

export const isMe = (person: Person, me: Me | undefined): boolean => {
  if (!me) return false
  return isSame(
    personOf([me.jid, me.lid], () => undefined),
    person,
  )
}

/** As far as their numbers, or their LIDs, are known of both. */
export const isSame = (one: Partial<Person>, other: Partial<Person>): boolean =>
  (one.phoneNumber !== undefined && one.phoneNumber === other.phoneNumber) ||
  (one.lid !== undefined && one.lid === other.lid)

/**
 * @param sentTo where another device of ours sent the message, as it says inside
 * @returns undefined when it is not said who wrote it
 */
export function partiesOf(
  stanza: Attributes,
  me: Me | undefined,
  directory: Directory,
  sentTo?: string,
): Parties | undefined {
  const from = stanza.from ?? ''
  if (isChannel(from))
    return { chatId: from, fromMe: stanza.is_sender === 'true', sender: personOf([], directory) }
  if (isShared(from)) return amongMany(stanza, from, me, directory)
  const writer = personOf([from], directory)
  if (!isMe(writer, me)) {
    const named = personOf([from, stanza.sender_pn, stanza.sender_lid], directory)
    const sender = { ...named, ...called(stanza.username) }
    const chatId = chatIdOfPerson(sender)
    return chatId ? { chatId, fromMe: false, sender } : undefined
  }
  if (sentTo && isShared(sentTo)) return { chatId: sentTo, fromMe: true, sender: writer }
  const recipient = personOf(
    [
      stanza.recipient,
      stanza.recipient_pn,
      stanza.recipient_lid,
      stanza.peer_recipient_pn,
      stanza.peer_recipient_lid,
      sentTo,
    ],
    directory,
  )
  const chatId = chatIdOfPerson(recipient) ?? chatIdOfPerson(writer)
  return chatId ? { chatId, fromMe: true, sender: writer } : undefined
}

/** A message that came through a broadcast list stands in the chat with its sender, as on the phone. */
function amongMany(
  stanza: Attributes,
  from: string,
  me: Me | undefined,
  directory: Directory,
): Parties | undefined {
  const { participant, participant_pn, participant_lid, sender_pn, sender_lid, participant_username } = stanza
  const named = personOf([participant, participant_pn, participant_lid, sender_pn, sender_lid], directory)
  const sender = { ...named, ...called(participant_username) }
  const author = chatIdOfPerson(sender)
  if (!author) return
  const fromMe = isMe(sender, me)
  if (fromMe || isGroup(from) || from === STATUS) return { chatId: from, fromMe, sender }
  return { chatId: author, fromMe, sender, broadcastList: from }
}
