/**
 * Messages between our own devices, and the part of a history that one may announce. Baileys would fetch such a part
 * itself, whole and in memory, while every live message waits, and forget it when that fails; so it is shown a part with
 * nothing in it, which takes it through its states, and the true one is kept by the shelf.
 */
import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { Attributes, Me } from '../types.ts'

type HistoryNotification = proto.Message.IHistorySyncNotification

const { HISTORY_SYNC_NOTIFICATION } = proto.Message.ProtocolMessage.Type
/** One byte of padding. */
const PADDING = Buffer.of(1)

/** The content of a message, out of its wrapping. Undefined when it cannot be read. */
export function contentIn(message: Uint8Array): proto.IMessage | undefined {
  try {
    const content = proto.Message.decode(message)
    return content.deviceSentMessage?.message ?? content
  } catch {
    return undefined
  }
}

/** The same of a padded message. */
export const peerContent = (padded: Uint8Array): proto.IMessage | undefined =>
  contentIn(padded.subarray(0, padded.length - (padded.at(-1) ?? 0)))

export const historyIn = (content: proto.IMessage | undefined): HistoryNotification | undefined =>
  content?.protocolMessage?.historySyncNotification ?? undefined

/** Only our own phone hands over history; whoever else says so is not believed. */
export function isFromOurselves({ category, from = '' }: Attributes, me: Me | undefined): boolean {
  const user = userOf(from)
  return category === 'peer' && user !== '' && (user === userOf(me?.jid) || user === userOf(me?.lid))
}

const userOf = (jid = ''): string => jid.split(/[:@]/)[0] ?? ''

/** The same message with nothing in its part of a history; every other one as it is. */
export function withoutHistory(content: proto.IMessage): proto.IMessage {
  const part = historyIn(content)
  return part ? announcing(part) : content
}

/** The same of a padded plaintext. */
export function plainWithoutHistory(padded: Uint8Array): Uint8Array {
  const content = peerContent(padded)
  if (!content || !historyIn(content)) return padded
  return Buffer.concat([proto.Message.encode(withoutHistory(content)).finish(), PADDING])
}

/** What a phone says of a part that lies in the message itself. */
export function announcing(
  { syncType, chunkOrder, progress, peerDataRequestSessionId }: HistoryNotification,
  inside: proto.IHistorySync = {},
): proto.IMessage {
  const kind: number | null = syncType ?? null
  const payload = deflateSync(proto.HistorySync.encode({ ...inside, syncType: kind }).finish())
  return {
    protocolMessage: {
      type: HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: kind,
        chunkOrder: chunkOrder ?? null,
        progress: progress ?? null,
        peerDataRequestSessionId: peerDataRequestSessionId ?? null,
        initialHistBootstrapInlinePayload: payload,
      },
    },
  }
}
