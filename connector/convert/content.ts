/**
 * What a WhatsApp message says: its kind, and everything of it that a reader can use. Wrappers (disappearing, view once,
 * sent from another device of ours …) are taken off first. What only moves state between devices is no message of a
 * person.
 */
import { proto } from '@whiskeysockets/baileys'
import type { Content } from '#core/contract/content.ts'
import { aboutIt } from './about-it.ts'
import type { Directory } from './identity.ts'
import { KINDS } from './kinds.ts'

/** A decoded message, without its wrappers. `sentTo` is where another device of ours sent it. */
export type Unwrapped = { message: proto.IMessage; sentTo: string | undefined; viewOnce: boolean }

const VIEW_ONCE = ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'] as const

/** Fields that hold a whole message inside. */
const WRAPPERS = [
  'ephemeralMessage',
  ...VIEW_ONCE,
  'documentWithCaptionMessage',
  'editedMessage',
  'associatedChildMessage',
  'groupMentionedMessage',
  'lottieStickerMessage',
  'botInvokeMessage',
  'botForwardedMessage',
  'pollCreationMessageV4',
  'questionMessage',
] as const satisfies (keyof proto.IMessage)[]

/** Travels along with messages, or keeps devices in step. */
const NOT_CONTENT: ReadonlySet<string> = new Set([
  'messageContextInfo',
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'protocolMessage',
  'deviceSentMessage',
  'placeholderMessage',
  'keepInChatMessage',
  'pinInChatMessage',
  'stickerSyncRmrMessage',
  'messageHistoryBundle',
  'messageHistoryNotice',
  'pollResultSnapshotMessage',
  'pollResultSnapshotMessageV3',
  'call',
  'chat',
])

const DEPTH = 6

/** @throws Error when the bytes are no message */
export function unwrap(bytes: Uint8Array): Unwrapped {
  let message: proto.IMessage = proto.Message.decode(bytes)
  let sentTo: string | undefined
  let viewOnce = false
  let outer = message.messageContextInfo
  for (let depth = 0; depth < DEPTH; depth++) {
    const sent = message.deviceSentMessage
    if (sent) sentTo = sent.destinationJid ?? undefined
    viewOnce ||= VIEW_ONCE.some((name) => message[name])
    const inner = sent?.message ?? WRAPPERS.map((name) => message[name]?.message).find(Boolean)
    if (!inner) break
    message = inner
    outer = message.messageContextInfo ?? outer
  }
  if (outer && !message.messageContextInfo) message.messageContextInfo = outer
  return { message, sentTo, viewOnce }
}

/** Images and videos of an album name the message that announced it. */
function albumOf({ messageContextInfo }: proto.IMessage): Partial<Content> {
  const { associationType, parentMessageKey } = messageContextInfo?.messageAssociation ?? {}
  const isInAlbum = associationType === proto.MessageAssociation.AssociationType.MEDIA_ALBUM
  return isInAlbum && parentMessageKey?.id ? { albumId: parentMessageKey.id } : {}
}

/** Undefined when there is nothing in it for a person. A kind that we do not know is `unsupported`, with its name. */
export function contentOf(
  message: proto.IMessage,
  directory: Directory = () => undefined,
): Content | undefined {
  const fields = Object.keys(message).filter(
    (field) => !NOT_CONTENT.has(field) && message[field as keyof proto.IMessage] != null,
  )
  for (const { field, type, text, part } of KINDS) {
    if (!fields.includes(field)) continue
    const said = text(message)
    return {
      type,
      ...(said ? { text: said } : {}),
      ...part(message),
      ...albumOf(message),
      ...aboutIt(message[field], directory),
    }
  }
  const [unknown] = fields
  return unknown === undefined
    ? undefined
    : { type: 'unsupported', protocolName: unknown.replace(/Message$/, '') }
}
