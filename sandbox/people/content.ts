/** What a message says, told without protocol buffers: a type, a text where there is one, and a few plain facts. */
import { getContentType, normalizeMessageContent, proto } from '@whiskeysockets/baileys'

const { Type: ProtocolType } = proto.Message.ProtocolMessage

export type Content = { type: string; text?: string; [fact: string]: unknown }

type Described = {
  [K in keyof proto.IMessage]?: (message: NonNullable<proto.IMessage[K]>) => Content | undefined
}

type File = {
  caption?: string | null
  mimetype?: string | null
  width?: number | null
  height?: number | null
}
const media = (
  type: string,
  part: File & { seconds?: number | null; jpegThumbnail?: Uint8Array | null },
): Content => ({
  type,
  ...present({
    text: part.caption,
    mimetype: part.mimetype,
    width: part.width,
    height: part.height,
    seconds: part.seconds,
  }),
  ...(part.jpegThumbnail?.length ? { thumbnail: true } : {}),
})
const poll = (part: proto.Message.IPollCreationMessage): Content => ({
  type: 'poll',
  ...present({ text: part.name }),
  options: part.options?.map((option) => option.optionName) ?? [],
})

const DESCRIBED: Described = {
  conversation: (text) => ({ type: 'text', text }),
  extendedTextMessage: (part) => ({
    type: 'text',
    ...present({
      text: part.text,
      linkTitle: part.title,
      linkDescription: part.description,
      linkUrl: part.matchedText,
    }),
    ...(part.jpegThumbnail?.length
      ? { linkThumbnail: Buffer.from(part.jpegThumbnail).toString('base64') }
      : {}),
    ...present({ background: part.backgroundArgb, font: part.font || undefined }),
  }),
  imageMessage: (part) => media('image', part),
  videoMessage: (part) => ({ ...media('video', part), ...(part.gifPlayback ? { gif: true } : {}) }),
  ptvMessage: (part) => ({ ...media('video', part), note: true }),
  stickerMessage: (part) => media('sticker', part),
  audioMessage: (part) => ({
    ...media('audio', part),
    voice: part.ptt === true,
    ...(part.waveform?.length ? { waveform: [...part.waveform] } : {}),
  }),
  documentMessage: (part) => ({ ...media('document', part), ...present({ fileName: part.fileName }) }),
  locationMessage: (part) => ({
    type: 'location',
    ...present({ text: part.name, latitude: part.degreesLatitude, longitude: part.degreesLongitude }),
  }),
  liveLocationMessage: (part) => ({
    type: 'location',
    live: true,
    ...present({ text: part.caption, latitude: part.degreesLatitude, longitude: part.degreesLongitude }),
  }),
  contactsArrayMessage: (part) => ({
    type: 'contact',
    contacts: (part.contacts ?? []).map(({ displayName, vcard }) => ({ name: displayName, vcard })),
  }),
  eventMessage: (part) => ({
    type: 'event',
    ...present({ text: part.name, description: part.description, startsAt: Number(part.startTime ?? 0) }),
  }),
  pinInChatMessage: (part) => ({
    type: part.type === 1 ? 'pin' : 'unpin',
    ...present({ target: part.key?.id }),
  }),
  albumMessage: (part) => ({
    type: 'album',
    ...present({ images: part.expectedImageCount, videos: part.expectedVideoCount }),
  }),
  encEventResponseMessage: (part) => ({
    type: 'response',
    ...present({ target: part.eventCreationMessageKey?.id }),
  }),
  pollUpdateMessage: (part) => ({ type: 'vote', ...present({ target: part.pollCreationMessageKey?.id }) }),
  contactMessage: (part) => ({ type: 'contact', ...present({ text: part.displayName, vcard: part.vcard }) }),
  reactionMessage: (part) => ({ type: 'reaction', ...present({ text: part.text, target: part.key?.id }) }),
  pollCreationMessage: poll,
  pollCreationMessageV2: poll,
  pollCreationMessageV3: poll,
  protocolMessage: (part) => protocolContent(part),
}

/** Undefined when there is nothing to show, as in a message that only brings a sender key. */
export function describe(message: proto.IMessage): Content | undefined {
  const normal = normalizeMessageContent(message)
  const kind = normal && getContentType(normal)
  const part = kind && normal[kind]
  if (!kind || part === null || part === undefined) return undefined
  const describePart = DESCRIBED[kind] as ((value: unknown) => Content | undefined) | undefined
  const content = describePart ? describePart(part) : { type: kind.replace(/Message$/, '') }
  if (!content) return undefined
  const viewOnce = isViewOnce(message) ? { viewOnce: true } : {}
  const album = message.messageContextInfo?.messageAssociation?.parentMessageKey?.id
  return { ...content, ...viewOnce, ...aroundIt(part), ...present({ album }) }
}

export const isViewOnce = (message: proto.IMessage): boolean =>
  Boolean(message.viewOnceMessage ?? message.viewOnceMessageV2 ?? message.viewOnceMessageV2Extension)

/** What any kind may carry: what it answers, whom it mentions, that it was passed on. */
function aroundIt(part: unknown): Partial<Content> {
  const { contextInfo } = part as { contextInfo?: proto.IContextInfo | null }
  if (!contextInfo) return {}
  const { stanzaId, mentionedJid, isForwarded, nonJidMentions, remoteJid, expiration, quotedMessage } =
    contextInfo
  const mentions = mentionedJid?.map((jid) => jid.split('@')[0])
  return present({
    replyTo: stanzaId,
    replyKind: quotedMessage ? describe(quotedMessage)?.type : undefined,
    replyIn: remoteJid,
    mentions: mentions?.length ? mentions : undefined,
    mentionsAll: nonJidMentions ? true : undefined,
    forwarded: isForwarded || undefined,
    disappearingSeconds: expiration || undefined,
  })
}

/** Deletions, edits and timers are for people; the rest of the protocol's own messages is not. */
function protocolContent(part: proto.Message.IProtocolMessage): Content | undefined {
  const target = present({ target: part.key?.id })
  if (part.editedMessage) return { ...describe(part.editedMessage), type: 'edit', ...target }
  if (part.type === ProtocolType.GROUP_MEMBER_LABEL_CHANGE)
    return { type: 'member_tag', text: part.memberLabel?.label ?? '' }
  if (part.type === ProtocolType.EPHEMERAL_SETTING)
    return { type: 'disappearing', seconds: part.ephemeralExpiration ?? 0 }
  return part.type === ProtocolType.REVOKE ? { type: 'delete', ...target } : undefined
}

function present<T extends Record<string, unknown>>(facts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== null && value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> }
}
