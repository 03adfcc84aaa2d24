/**
 * What a WhatsApp message says: its kind, and the text that goes with it. Wrappers (disappearing, view once, sent from
 * another device of ours …) are taken off first. What only moves state between devices is no message of a person.
 */
import { proto } from '@whiskeysockets/baileys'
import { KINDS } from './kinds.ts'

export type Content = { type: string; text: string | undefined }

/** A decoded message, without its wrappers. `sentTo` is where another device of ours sent it. */
export type Unwrapped = { message: proto.IMessage; sentTo: string | undefined }

/** Fields that hold a whole message inside. */
const WRAPPERS = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
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
  'albumMessage',
  'call',
  'chat',
])

const DEPTH = 6

/** @throws Error when the bytes are no message */
export function unwrap(bytes: Uint8Array): Unwrapped {
  let message: proto.IMessage = proto.Message.decode(bytes)
  let sentTo: string | undefined
  for (let depth = 0; depth < DEPTH; depth++) {
    const sent = message.deviceSentMessage
    if (sent) sentTo = sent.destinationJid ?? undefined
    const inner = sent?.message ?? WRAPPERS.map((name) => message[name]?.message).find(Boolean)
    if (!inner) break
    message = inner
  }
  return { message, sentTo }
}

/** Undefined when there is nothing in it for a person. A kind that we do not know is named `unknown`. */
export function contentOf(message: proto.IMessage): Content | undefined {
  const fields = Object.keys(message).filter(
    (field) => !NOT_CONTENT.has(field) && message[field as keyof proto.IMessage] != null,
  )
  for (const { field, type, text } of KINDS)
    if (fields.includes(field)) return { type, text: text(message) || undefined }
  return fields.length > 0 ? { type: 'unknown', text: undefined } : undefined
}
