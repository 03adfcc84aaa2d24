/**
 * What we write, as WhatsApp encodes it. The shapes are those that Baileys' `generateWAMessageContent` makes; they are
 * made here, because that one fetches, uploads and takes the time by itself, and a message that is sent again must be
 * the same message. Media comes uploaded: see media/.
 */
import { randomBytes } from 'node:crypto'
import { jidNormalizedUser, proto } from '@whiskeysockets/baileys'
import type { ContactCard, Content, Quoted, Target } from '#core/contract/content.ts'
import type { Person } from '#core/contract/person.ts'
import { isShared, jidOfPerson, userJid } from '#core/jid.ts'
import type { Preview } from '#core/preview/fetch.ts'
import type { Me } from '../socket/index.ts'
import type { About } from './context.ts'
import { closeResponse, closeVote, type Pair } from './secrets.ts'

/** An encoded `proto.Message` with this text; the same text always gives the same bytes. */
export const textMessage = (text: string): Uint8Array =>
  proto.Message.encode({ extendedTextMessage: { text } }).finish()

export const decode = (bytes: Uint8Array): proto.IMessage => proto.Message.decode(bytes)
export const encodeMessage = (message: proto.IMessage): Uint8Array => proto.Message.encode(message).finish()

export type Encoding = {
  /** The chat that it goes to. */
  to: string
  me: Me | undefined
  /** When it was accepted, in ms. */
  at: number
  /** The message that it is about, where its keys are needed: a poll that is voted in, a message passed on. */
  about?: About | undefined
  /** Its file as it was uploaded; without one, content with media cannot be encoded. */
  uploaded?: Uint8Array | undefined
  /** What its link shows, where that was fetched. */
  preview?: Preview | undefined
}

/** What cannot be sent as it is asked for; `reason` is for the ledger. */
export class Unsendable extends Error {
  override readonly name = 'Unsendable'
  readonly reason: string
  constructor(reason: string) {
    super(`The message cannot be sent: ${reason}.`)
    this.reason = reason
  }
}

/** @throws Unsendable */
export function encode(content: Content, encoding: Encoding): Uint8Array {
  const message = bodyOf(content, encoding)
  const info = contextInfo(content, encoding)
  const [part] = Object.values(message).filter((value) => typeof value === 'object' && value !== null)
  if (info && part && !content.target) (part as { contextInfo?: proto.IContextInfo }).contextInfo = info
  if (content.poll || content.event) message.messageContextInfo = { messageSecret: randomBytes(32) }
  if (content.albumId) message.messageContextInfo = inAlbum(content.albumId, encoding)
  return proto.Message.encode(content.viewOnce ? { viewOnceMessage: { message } } : message).finish()
}

const inAlbum = (messageId: string, encoding: Encoding): proto.IMessageContextInfo => ({
  messageAssociation: {
    associationType: proto.MessageAssociation.AssociationType.MEDIA_ALBUM,
    parentMessageKey: keyOf({ messageId, fromMe: true }, encoding),
  },
})

function bodyOf(content: Content, encoding: Encoding): proto.IMessage {
  const { type, text = '', location, contacts, poll, event, target, media, album } = content
  if (target) return deed(content, target, encoding)
  if (media) {
    if (!encoding.uploaded) throw new Unsendable('media_missing')
    return withFile(content, encoding.uploaded)
  }
  if (location) return { [location.live ? 'liveLocationMessage' : 'locationMessage']: placeOf(content) }
  if (contacts) return cards(contacts)
  if (poll) {
    const { question, options, selectable } = poll
    const creation = {
      name: question,
      options: options.map((optionName) => ({ optionName })),
      selectableOptionsCount: selectable,
    }
    return selectable === 1 ? { pollCreationMessageV3: creation } : { pollCreationMessage: creation }
  }
  if (event) return { eventMessage: eventOf(event) }
  if (album) return { albumMessage: { expectedImageCount: album.images, expectedVideoCount: album.videos } }
  if (type !== 'text') throw new Unsendable('kind_not_supported')
  return { extendedTextMessage: { text, ...previewOf(content, encoding.preview), ...styleOf(content) } }
}

/** What was uploaded may serve several messages: caption and name are of this one. */
function withFile({ text, media, style }: Content, uploaded: Uint8Array): proto.IMessage {
  const message = decode(uploaded)
  const captioned = message.imageMessage ?? message.videoMessage ?? message.documentMessage
  if (captioned && text) captioned.caption = text
  if (message.audioMessage && style?.backgroundColor)
    message.audioMessage.backgroundArgb = argb(style.backgroundColor)
  if (message.documentMessage && media?.fileName) message.documentMessage.fileName = media.fileName
  return message
}

const styleOf = ({ style }: Content): proto.Message.IExtendedTextMessage =>
  style
    ? {
        ...(style.backgroundColor ? { backgroundArgb: argb(style.backgroundColor) } : {}),
        ...(style.textColor ? { textArgb: argb(style.textColor) } : {}),
        ...(style.font === undefined ? {} : { font: style.font }),
      }
    : {}

/** Of `#RRGGBB`, without transparency. */
const argb = (color: string): number => Number.parseInt(`FF${color.slice(1)}`, 16)

/** A link that was to show something, and of which nothing could be had, is a plain one. */
const previewOf = (
  { linkPreview }: Content,
  fetched: Preview | undefined,
): proto.Message.IExtendedTextMessage =>
  linkPreview && (fetched || !linkPreview.fetch)
    ? {
        matchedText: linkPreview.url,
        title: linkPreview.title ?? fetched?.title ?? null,
        description: linkPreview.description ?? fetched?.description ?? null,
        ...(fetched?.thumbnail ? { jpegThumbnail: fetched.thumbnail } : {}),
        previewType: proto.Message.ExtendedTextMessage.PreviewType.NONE,
      }
    : {}

function placeOf({ location, text }: Content) {
  const { latitude, longitude, name, address, url, live, ...moving } = location!
  const place = { degreesLatitude: latitude, degreesLongitude: longitude }
  if (!live) return { ...place, name: name ?? text ?? null, address: address ?? null, url: url ?? null }
  return {
    ...place,
    caption: text ?? null,
    accuracyInMeters: moving.accuracyMeters ?? null,
    speedInMps: moving.speedMetersPerSecond ?? null,
    degreesClockwiseFromMagneticNorth: moving.headingDegrees ?? null,
    sequenceNumber: 1,
  }
}

function cards(contacts: ContactCard[]): proto.IMessage {
  const written = contacts.map(({ name, vcard }) => ({ displayName: name, vcard }))
  const [only] = written
  if (written.length === 1 && only) return { contactMessage: only }
  return { contactsArrayMessage: { displayName: `${written.length} contacts`, contacts: written } }
}

const seconds = (time: string): number => Math.floor(Date.parse(time) / 1_000)

function eventOf(event: NonNullable<Content['event']>): proto.Message.IEventMessage {
  const { name, description, startsAt, endsAt, location, joinLink, cancelled } = event
  return {
    name,
    startTime: seconds(startsAt),
    ...(endsAt ? { endTime: seconds(endsAt) } : {}),
    ...(description ? { description } : {}),
    ...(joinLink ? { joinLink } : {}),
    isCanceled: cancelled ?? false,
    ...(location
      ? {
          location: {
            degreesLatitude: location.latitude ?? 0,
            degreesLongitude: location.longitude ?? 0,
            name: location.name ?? null,
          },
        }
      : {}),
  }
}

function deed(content: Content, target: Target, encoding: Encoding): proto.IMessage {
  const { type, text = '', choices = [], answer, editedType, pinSeconds } = content
  const key = keyOf(target, encoding)
  const { at } = encoding
  switch (type) {
    case 'reaction':
      return { reactionMessage: { key, text, senderTimestampMs: at } }
    case 'edit': {
      const info = contextInfo(content, encoding)
      const about = info ? { contextInfo: info } : {}
      const editedMessage = recaptioned(encoding.about, text) ?? rewritten(text, editedType, about)
      return {
        protocolMessage: {
          key,
          editedMessage,
          timestampMs: at,
          type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
        },
      }
    }
    case 'delete':
      return { protocolMessage: { key, type: proto.Message.ProtocolMessage.Type.REVOKE } }
    case 'pin': {
      const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type
      return {
        pinInChatMessage: {
          key,
          type: pinSeconds === undefined ? UNPIN_FOR_ALL : PIN_FOR_ALL,
          senderTimestampMs: at,
        },
        messageContextInfo: { messageAddOnDurationInSecs: pinSeconds ?? 0 },
      }
    }
    case 'poll_vote':
      return {
        pollUpdateMessage: {
          pollCreationMessageKey: key,
          vote: voteOf(choices, target, encoding),
          senderTimestampMs: at,
        },
      }
    case 'event_response':
      return {
        encEventResponseMessage: {
          eventCreationMessageKey: key,
          ...responseOf(answer ?? 'maybe', target, encoding),
        },
      }
    default:
      throw new Unsendable('kind_not_supported')
  }
}

/** Phones show no words of a file that were changed as if it were a text. */
function rewritten(text: string, editedType: string | undefined, about: object): proto.IMessage {
  const captioned = { caption: text, ...about }
  switch (editedType) {
    case 'image':
      return { imageMessage: captioned }
    case 'video':
      return { videoMessage: captioned }
    case 'document':
      return { documentMessage: captioned }
    default:
      return { extendedTextMessage: { text, ...about } }
  }
}

/** The same file under another text; undefined when it has none. */
function recaptioned(about: About | undefined, caption: string): proto.IMessage | undefined {
  const message = about && decode(encodeMessage(about.message))
  const file = message?.imageMessage ?? message?.videoMessage ?? message?.documentMessage
  if (!file) return
  file.caption = caption
  return message
}

function voteOf(choices: string[], target: Target, encoding: Encoding) {
  const { about } = encoding
  const vote = about && closeVote(about.message, choices, answering(target, encoding))
  if (!vote) throw new Unsendable('poll_unknown')
  return vote
}

function responseOf(answer: NonNullable<Content['answer']>, target: Target, encoding: Encoding) {
  const { about, at } = encoding
  const response = about && closeResponse(about.message, answer, at, answering(target, encoding))
  if (!response) throw new Unsendable('event_unknown')
  return response
}

function answering({ messageId, fromMe, sender = {} }: Target, { me }: Encoding): Pair {
  const own: Person = { ...(me ? { phoneNumber: me.phoneNumber } : {}), ...bareLid(me) }
  return { messageId, author: fromMe ? own : sender, answerer: own }
}

const bareLid = (me: Me | undefined): { lid?: string } => (me?.lid ? { lid: jidNormalizedUser(me.lid) } : {})

/** As it is named in the chat that it stands in. */
const keyOf = ({ messageId, fromMe, sender }: Target, { to }: Encoding): proto.IMessageKey => ({
  id: messageId,
  remoteJid: to,
  fromMe,
  ...(isShared(to) && !fromMe && sender ? { participant: jidOfPerson(sender) ?? null } : {}),
})

const jidOfAddress = (address: string): string =>
  address.startsWith('+') ? userJid(address.slice(1)) : address

function contextInfo(content: Content, { me, to }: Encoding): proto.IContextInfo | undefined {
  const { quoted, mentions, forwarded, disappearingSeconds } = content
  if (!quoted && !mentions && forwarded === undefined && !disappearingSeconds) return
  const people = (mentions ?? []).filter((address) => address !== 'all')
  return {
    ...(quoted ? quoting(quoted, me, to) : {}),
    ...(people.length > 0 ? { mentionedJid: people.map(jidOfAddress) } : {}),
    ...(mentions?.includes('all') ? { nonJidMentions: 1 } : {}),
    ...(forwarded === undefined ? {} : { isForwarded: true, forwardingScore: forwarded }),
    ...(disappearingSeconds ? { expiration: disappearingSeconds } : {}),
  }
}

function quoting(quoted: Quoted, me: Me | undefined, to: string): proto.IContextInfo {
  const author = quoted.fromMe ? jidNormalizedUser(me?.jid) : jidOfPerson(quoted.sender ?? {})
  const bare = isShared(to) ? undefined : to
  return {
    stanzaId: quoted.messageId,
    participant: author || bare || null,
    ...(quoted.chatId ? { remoteJid: quoted.chatId } : {}),
    quotedMessage: repeated(quoted),
  }
}

/** The quoted message as far as it has to be repeated: phones show their own copy of it where they have one. */
function repeated({ type, text = '' }: Quoted): proto.IMessage {
  switch (type) {
    case 'image':
      return { imageMessage: { caption: text } }
    case 'video':
      return { videoMessage: { caption: text } }
    case 'audio':
      return { audioMessage: {} }
    case 'document':
      return { documentMessage: { caption: text } }
    case 'sticker':
      return { stickerMessage: {} }
    case 'location':
      return { locationMessage: { name: text } }
    case 'contact':
      return { contactMessage: { displayName: text } }
    case 'poll':
      return { pollCreationMessage: { name: text } }
    case 'event':
      return { eventMessage: { name: text } }
    case 'album':
      return { albumMessage: {} }
    default:
      return { conversation: text }
  }
}
