/**
 * A decrypted message becomes an event: `message.received` from another person, `message.sent` when it was written on
 * another device of ours, and an event of its own when it does something to another message. What is no message of a
 * person becomes nothing; what could not be read yet becomes `message.waiting`.
 */
import { proto } from '@whiskeysockets/baileys'
import { type Content, isPlain, type Target } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import { addressOf, isGroup, isListed, isPerson } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import type { Attributes, Row } from '../socket/index.ts'
import { contentOf, unwrap } from './content.ts'
import type { Context } from './context.ts'
import { answeredIn, type Done, deedIn, mayDo } from './deeds.ts'
import { addressOfPerson, isMe, known, type Parties, partiesOf, withLid } from './identity.ts'
import { happenedAt } from './time.ts'

export function messageEvents(row: Extract<Row, { kind: 'message' }>, context: Context): Event[] {
  const { stanza } = row
  if (!stanza.id || stanza.category === 'peer') return []
  const { message, sentTo, viewOnce } = unwrap(row.message)
  const parties = partiesIn(stanza, context, sentTo)
  if (!parties) return []
  const seconds = timerSetIn(message)
  if (seconds !== undefined && isListed(parties.chatId))
    return [timerEvent(row, parties.chatId, seconds, context)]
  const tag = tagSetIn(message)
  if (tag !== undefined && isGroup(parties.chatId)) return [tagEvent(row, parties, tag, context)]
  const deed = deedIn(message, parties, context)
  if (deed) return mayDo(deed, parties, stanza) ? [deedEvent(row, stanza.id, deed, parties, context)] : []
  const content = contentOf(message, context.directory)
  if (!content) return []
  const facts: MessageFacts = {
    ...envelope(row, stanza.id, parties, context),
    ...settled(content, context),
    ...withState(content, parties, context),
    ...(context.isKept === false ? { kept: false as const } : {}),
    ...(viewOnce ? { viewOnce } : {}),
    ...answering(answeredIn(message, parties, context)),
    ...sealed(message, content, stanza.id, context),
  }
  return [
    {
      ...base(row, context),
      type: parties.fromMe ? 'message.sent' : 'message.received',
      payload: { message: facts },
    },
  ]
}

/** The chat's timer for disappearing messages, where somebody has set it. */
function timerSetIn({ protocolMessage }: proto.IMessage): number | undefined {
  const isSet = protocolMessage?.type === proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING
  return isSet ? (protocolMessage.ephemeralExpiration ?? 0) : undefined
}

const timerEvent = (row: Row, chatId: string, disappearingSeconds: number, context: Context): Event => ({
  ...base(row, context),
  type: 'chat.updated',
  payload: { chatId, changes: { disappearingSeconds } },
})

/** What a member wants to be shown with. */
function tagSetIn({ protocolMessage }: proto.IMessage): string | undefined {
  const isSet = protocolMessage?.type === proto.Message.ProtocolMessage.Type.GROUP_MEMBER_LABEL_CHANGE
  return isSet ? (protocolMessage.memberLabel?.label ?? '') : undefined
}

const tagEvent = (row: Row, { chatId, sender }: Parties, tag: string, context: Context): Event => ({
  ...base(row, context),
  type: 'group.member_tag',
  payload: { groupId: chatId, member: known(sender), tag },
})

/** What may be seen once is shown by the phone alone: this device gets to know that it is there, and nothing else. */
const SEEN_ON_PHONE = 'unavailable view_once'

/** Somebody wrote something that this device cannot read, at least not yet. */
export function waitingEvents(row: Extract<Row, { kind: 'undecryptable' }>, context: Context): Event[] {
  const { stanza } = row
  const parties = partiesIn(stanza, context)
  if (!stanza.id || !parties || parties.fromMe || stanza.category === 'peer') return []
  const message = {
    ...envelope(row, stanza.id, parties, context),
    ...(context.isKept === false ? { kept: false as const } : {}),
  }
  if (row.reason.startsWith(SEEN_ON_PHONE)) {
    const once = { ...message, type: 'view_once', viewOnce: true }
    return [{ ...base(row, context), type: 'message.received', payload: { message: once } }]
  }
  const waiting = { ...message, type: 'waiting' }
  return [{ ...base(row, context), type: 'message.waiting', payload: { message: waiting } }]
}

function partiesIn(
  stanza: Attributes,
  { me, directory, lidOf }: Context,
  sentTo?: string,
): Parties | undefined {
  const parties = partiesOf(stanza, me, directory, sentTo)
  return parties && { ...parties, sender: withLid(parties.sender, lidOf) }
}

const base = (row: Row, { session, now }: Context) => ({ id: row.id, ...session, timestamp: now })

function envelope(row: Row & { stanza: Attributes }, id: string, parties: Parties, context: Context) {
  const { chatId, fromMe, sender, broadcastList } = parties
  const own = context.me?.phoneNumber ?? ''
  const author = addressOfPerson(sender) || chatId
  return {
    id,
    chatId,
    fromMe,
    from: fromMe ? own || author : author,
    to: fromMe || !isPerson(chatId) ? addressOf(chatId) : own,
    sender: {
      ...known(sender),
      ...named(row.stanza, fromMe),
    },
    timestamp: iso(happenedAt(row.stanza.t, row.id)),
    ...(broadcastList ? { broadcastList } : {}),
    ...(row.stanza.server_id ? { serverId: row.stanza.server_id } : {}),
  }
}

function deedEvent(
  row: Extract<Row, { kind: 'message' }>,
  id: string,
  { type, said, target }: Done,
  parties: Parties,
  context: Context,
): Event {
  const { to: _, broadcastList: __, serverId: ___, ...who } = envelope(row, id, parties, context)
  return { ...base(row, context), type, payload: { ...who, target, ...said } } as Event
}

/** A quoted message says who wrote it; only here is it known whether that was us. */
function settled(content: Content, { me }: Context): Content {
  const { quoted } = content
  const { phoneNumber, lid } = quoted?.sender ?? {}
  if (!quoted || !isMe({ phoneNumber, lid }, me)) return content
  const { sender: _, ...rest } = quoted
  return { ...content, quoted: { ...rest, fromMe: true } }
}

const withState = ({ type, media }: Content, { chatId }: Parties, { stateOf }: Context) =>
  media && stateOf ? { media: { ...media, state: stateOf(media, { type, chatId }) } } : {}

/** Keys that are needed later, to fetch the file, to read votes, or to pass the message on. */
export function sealed(
  message: proto.IMessage,
  content: Content,
  messageId: string,
  { seal }: Pick<Context, 'seal'>,
): { sealed?: string } {
  const isWorthIt = content.media !== undefined || content.poll !== undefined || content.event !== undefined
  if (!seal || !isWorthIt || isPlain(content)) return {}
  return { sealed: seal(proto.Message.encode(slender(message)).finish(), messageId) }
}

/** Without the thumbnails, which the file itself can give again. */
function slender(message: proto.IMessage): proto.IMessage {
  const parts = Object.entries(message).map(([field, part]: [string, unknown]) => {
    if (typeof part !== 'object' || part === null) return [field, part]
    const { jpegThumbnail: _, ...rest } = part as { jpegThumbnail?: unknown }
    return [field, rest]
  })
  return Object.fromEntries(parts)
}

const answering = (target: Target | undefined) => (target ? { target } : {})

const named = (stanza: Attributes, fromMe: boolean) =>
  stanza.notify && !fromMe ? { name: stanza.notify } : {}
