/** What somebody types, draws, records or taps on a phone, as the message that the phone makes of it. */
import { randomBytes } from 'node:crypto'
import { type MediaType, normalizeMessageContent, proto } from '@whiskeysockets/baileys'
import type * as z from 'zod'
import type { File, Send } from '../control/send-schema.ts'
import { SandboxError } from '../error.ts'
import { upload, uploadOpenly } from '../media/files.ts'
import { isChannel, isShared, lidJid, pnJid } from '../wire/jids.ts'
import type { World } from '../world.ts'
import type { Person } from './people.ts'
import { encryptResponse, encryptVote } from './secrets.ts'

export type Body = z.output<typeof Send>
type Context = { world: World; from: Person; body: Body }

const { Type } = proto.Message.ProtocolMessage
const RESPONSES = { going: 1, not_going: 2, maybe: 3 } as const

/** Throws MESSAGE_NOT_FOUND when it refers to a message that nobody has sent. */
export async function compose(world: World, from: Person, body: Body): Promise<proto.IMessage> {
  const context = { world, from, body }
  const message = (await withFile(context)) ?? (await withoutFile(context))
  const info = contextInfo(context)
  const [part] = Object.values(message)
  if (info && typeof part === 'object' && part) Object.assign(part, { contextInfo: info })
  if (body.poll || body.event) message.messageContextInfo = { messageSecret: randomBytes(32) }
  if (body.inAlbum) message.messageContextInfo = albumInfo(context, body.inAlbum)
  return body.viewOnce ? { viewOnceMessageV2: { message } } : message
}

const albumInfo = (context: Context, id: string): proto.IMessageContextInfo => ({
  messageAssociation: {
    associationType: proto.MessageAssociation.AssociationType.MEDIA_ALBUM,
    parentMessageKey: keyOf(context, id),
  },
})

async function withFile({ world, body }: Context): Promise<proto.IMessage | undefined> {
  const { image, video, audio, document, sticker } = body
  const viewOnce = body.viewOnce ?? false
  const leave = isChannel(body.to) ? uploadOpenly : upload
  const file = async (kind: MediaType, { data, mimetype }: Given) => ({
    ...(await leave(world, kind, Buffer.from(data, 'base64'))),
    mimetype,
  })
  if (image)
    return {
      imageMessage: { ...(await file('image', image)), ...caption(image), ...extent(image), viewOnce },
    }
  if (video) {
    const more = { ...caption(video), ...extent(video), seconds: video.seconds ?? null, viewOnce }
    const part = { ...(await file('video', video)), ...more, gifPlayback: video.gif ?? false }
    return video.note ? { ptvMessage: part } : { videoMessage: part }
  }
  if (audio) {
    const { voice: ptt = false, seconds = null } = audio
    return { audioMessage: { ...(await file('audio', audio)), ptt, seconds } }
  }
  if (document) {
    const { fileName = null } = document
    const part = { ...(await file('document', document)), ...caption(document), fileName }
    const documentMessage = { documentMessage: { ...part, title: fileName } }
    return document.caption ? { documentWithCaptionMessage: { message: documentMessage } } : documentMessage
  }
  if (sticker) return { stickerMessage: { ...(await file('sticker', sticker)), ...extent(sticker) } }
  return undefined
}

type Given = z.output<typeof File>
const caption = ({ caption }: Given) => ({ caption: caption ?? null })
const extent = ({ width, height }: Given) => ({ width: width ?? null, height: height ?? null })

async function withoutFile(context: Context): Promise<proto.IMessage> {
  const { body } = context
  const { text, location, contact, contacts, poll, event } = body
  if (text !== undefined)
    return body.replyTo || body.mentions || body.forwarded || body.disappearingSeconds
      ? { extendedTextMessage: { text } }
      : { conversation: text }
  if (location) {
    const { latitude, longitude, live = false, name = null, address = null } = location
    const place = { degreesLatitude: latitude, degreesLongitude: longitude }
    return live
      ? { liveLocationMessage: { ...place, caption: name, sequenceNumber: 1 } }
      : { locationMessage: { ...place, name, address } }
  }
  if (contact) return { contactMessage: { displayName: contact.name, vcard: contact.vcard } }
  if (contacts) {
    const cards = contacts.map(({ name, vcard }) => ({ displayName: name, vcard }))
    return { contactsArrayMessage: { displayName: `${cards.length} contacts`, contacts: cards } }
  }
  if (poll) {
    const { question, options, multiple } = poll
    const part = {
      name: question,
      options: options.map((optionName) => ({ optionName })),
      selectableOptionsCount: multiple ? 0 : 1,
    }
    return multiple ? { pollCreationMessage: part } : { pollCreationMessageV3: part }
  }
  if (event) {
    const { name, description = null, startsAt } = event
    return { eventMessage: { name, description, startTime: Math.floor(Date.parse(startsAt) / 1000) } }
  }
  return aboutAnother(context)
}

function aboutAnother(context: Context): proto.IMessage {
  const { reaction, edit, deletion, pin, vote, response, disappearing, memberTag, album } = context.body
  const at = Date.now()
  if (reaction)
    return {
      reactionMessage: { key: keyOf(context, reaction.id), text: reaction.emoji, senderTimestampMs: at },
    }
  if (edit) {
    const protocolMessage = {
      key: keyOf(context, edit.id),
      type: Type.MESSAGE_EDIT,
      editedMessage: rewritten(context.world.letters.expect(edit.id).message, edit.text),
      timestampMs: at,
    }
    return { editedMessage: { message: { protocolMessage } } }
  }
  if (deletion) return { protocolMessage: { key: keyOf(context, deletion.id), type: Type.REVOKE } }
  if (memberTag) {
    const memberLabel = { label: memberTag.text, labelTimestamp: Math.floor(at / 1000) }
    return { protocolMessage: { type: Type.GROUP_MEMBER_LABEL_CHANGE, memberLabel } }
  }
  if (album) return { albumMessage: { expectedImageCount: album.images, expectedVideoCount: album.videos } }
  if (disappearing)
    return { protocolMessage: { type: Type.EPHEMERAL_SETTING, ephemeralExpiration: disappearing.seconds } }
  if (pin)
    return { pinInChatMessage: { key: keyOf(context, pin.id), type: pin.off ? 2 : 1, senderTimestampMs: at } }
  if (vote) {
    const key = keyOf(context, vote.id)
    const { secret, pair } = answering(context, vote.id)
    const part = { pollCreationMessageKey: key, vote: encryptVote(secret, pair, vote.options) }
    return { pollUpdateMessage: { ...part, senderTimestampMs: at } }
  }
  if (response) {
    const key = keyOf(context, response.id)
    const { secret, pair } = answering(context, response.id)
    const closed = encryptResponse(secret, pair, RESPONSES[response.answer], at)
    return { encEventResponseMessage: { eventCreationMessageKey: key, ...closed } }
  }
  return { requestPhoneNumberMessage: {} }
}

/** The words of a file are its caption, and are changed as such. */
function rewritten(message: proto.IMessage, text: string): proto.IMessage {
  const { imageMessage, videoMessage, documentMessage } = normalizeMessageContent(message) ?? {}
  if (imageMessage) return { imageMessage: { caption: text } }
  if (videoMessage) return { videoMessage: { caption: text } }
  return documentMessage ? { documentMessage: { caption: text } } : { conversation: text }
}

/** A message as this person's phone refers to it. */
function keyOf({ world, from, body }: Context, id: string): proto.IMessageKey {
  const { author } = world.letters.expect(id)
  const remoteJid =
    isShared(body.to) || isChannel(body.to) ? body.to : lidJid(world.people.expect(body.to).lid)
  const participant = isShared(body.to) ? { participant: lidJid(author) } : {}
  return { id, remoteJid, fromMe: author === from.lid, ...participant }
}

function answering({ world, from }: Context, id: string) {
  const { author, message } = world.letters.expect(id)
  const secret = message.messageContextInfo?.messageSecret
  if (!secret) throw new SandboxError('MESSAGE_NOT_FOUND', `The message ${id} is nothing to be answered.`)
  return { secret, pair: { id, author, answerer: from.lid } }
}

function contextInfo({ world, body }: Context): proto.IContextInfo | undefined {
  const { replyTo, mentions, forwarded, disappearingSeconds } = body
  if (!replyTo && !mentions && !forwarded && !disappearingSeconds) return undefined
  const quoted = replyTo ? world.letters.expect(replyTo) : undefined
  return {
    ...(quoted && replyTo
      ? {
          stanzaId: replyTo,
          participant: lidJid(quoted.author),
          quotedMessage: quoted.message,
          ...(quoted.chat && quoted.chat !== body.to ? { remoteJid: quoted.chat } : {}),
        }
      : {}),
    ...(mentions ? { mentionedJid: mentions.map((number) => pnJid(number)) } : {}),
    ...(forwarded ? { isForwarded: true, forwardingScore: 1 } : {}),
    ...(disappearingSeconds ? { expiration: disappearingSeconds } : {}),
  }
}
