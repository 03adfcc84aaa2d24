/**
 * The history that a phone hands over: in parts, each in a message to its own device alone, with the content inside or
 * left at the media server. Its messages become what they would have been told as then. What only changed another one (a
 * reaction, an edit) is not taken over.
 */
import { inflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { Event } from '#core/contract/event.ts'
import type { MessageStatus } from '#core/contract/message.ts'
import { iso } from '#core/platform/clock.ts'
import type { Past } from '#core/projection/history.ts'
import type { Row } from '../socket/index.ts'
import { unwrap } from './content.ts'
import type { Context } from './context.ts'
import { messageEvents } from './message.ts'

type MessageRow = Extract<Row, { kind: 'message' }>
type Kind = Extract<Event, { type: 'history.synced' }>['payload']['kind']

export type Part = {
  row: MessageRow
  kind: Kind
  progress: number | undefined
  requestId: string | undefined
  /** Deflated; absent when it has to be fetched by the message. */
  content: Uint8Array | undefined
}
export type History = { past: Past[]; chats: string[] }

const { HistorySyncType } = proto.HistorySync
const { Status } = proto.WebMessageInfo
const KINDS: Partial<Record<number, Kind>> = {
  [HistorySyncType.INITIAL_BOOTSTRAP]: 'initial',
  [HistorySyncType.RECENT]: 'recent',
  [HistorySyncType.FULL]: 'full',
  [HistorySyncType.ON_DEMAND]: 'on_demand',
}
const REACHED: Partial<Record<number, MessageStatus>> = {
  [Status.DELIVERY_ACK]: 'delivered',
  [Status.READ]: 'read',
  [Status.PLAYED]: 'played',
}

/** Undefined for every other message. @throws Error when the bytes are no message */
export function historyPartIn(row: Row): Part | undefined {
  if (row.kind !== 'message' || row.stanza.category !== 'peer') return
  const told = unwrap(row.message).message.protocolMessage?.historySyncNotification
  const kind = told && KINDS[told.syncType ?? -1]
  if (!kind) return
  const { progress, peerDataRequestSessionId, initialHistBootstrapInlinePayload: inside } = told
  return {
    row,
    kind,
    progress: progress ?? undefined,
    requestId: peerDataRequestSessionId || undefined,
    content: inside?.length ? inside : undefined,
  }
}

/**
 * @param isWanted whether a chat is taken over, by its jid
 * @throws Error when the content is no history
 */
export function historyIn(
  { row }: Part,
  content: Uint8Array,
  context: Context,
  isWanted: (jid: string) => boolean,
): History {
  const sync = proto.HistorySync.decode(inflateSync(content))
  const known = numbersIn(sync)
  const around: Context = { ...context, directory: (lid) => known.get(lid) ?? context.directory(lid) }
  const past = sync.conversations.flatMap((conversation) =>
    isWanted(conversation.id ?? '')
      ? inOrder(conversation).flatMap(({ message, at }) => pastOf(message, at, conversation, row, around))
      : [],
  )
  return { past, chats: [...new Set(past.map(({ payload }) => payload.message.chatId))] }
}

type Dated = { message: proto.IWebMessageInfo; at: number }

/**
 * The oldest first, each with a time in ms. WhatsApp tells whole seconds and an order within them, which the milliseconds
 * keep.
 */
function inOrder({ messages }: proto.IConversation): Dated[] {
  const dated = (messages ?? []).flatMap(({ message, msgOrderId }) =>
    message
      ? [{ message, at: Number(message.messageTimestamp ?? 0) * 1_000, order: Number(msgOrderId ?? 0) }]
      : [],
  )
  dated.sort((one, other) => one.at - other.at || one.order - other.order)
  let before = { second: -1, place: 0 }
  return dated.map(({ message, at }) => {
    before = { second: at, place: before.second === at ? Math.min(before.place + 1, 999) : 0 }
    return { message, at: at + before.place }
  })
}

function pastOf(
  message: proto.IWebMessageInfo,
  at: number,
  { id: chat, name, displayName }: proto.IConversation,
  row: MessageRow,
  context: Context,
): Past[] {
  if (!message.message || !message.key?.id || !chat) return []
  const { key, status } = message
  const called = message.pushName || (key.fromMe ? undefined : (displayName ?? name))
  const stanza = {
    id: key.id ?? '',
    ...(called ? { notify: called } : {}),
    ...partiesIn(message, chat, context),
  }
  const content = key.fromMe
    ? { deviceSentMessage: { destinationJid: chat, message: message.message } }
    : message.message
  const told: MessageRow = {
    ...row,
    kind: 'message',
    stanza,
    encryption: 'plaintext',
    message: proto.Message.encode(content).finish(),
  }
  const reached = key.fromMe ? REACHED[status ?? 0] : undefined
  return messageEvents(told, context).flatMap((event) => {
    if (event.type !== 'message.received' && event.type !== 'message.sent') return []
    const timestamp = iso(at)
    const payload = { message: { ...event.payload.message, timestamp } }
    return [{ ...event, id: stanza.id, timestamp, payload, ...(reached ? { reached } : {}) }]
  })
}

/** As a stanza would have named those who wrote and read it. */
function partiesIn(
  { key, participant }: proto.IWebMessageInfo,
  chat: string,
  { me }: Context,
): Record<string, string> {
  if (key?.fromMe) return { from: me?.jid ?? '' }
  const author = key?.participant || participant
  return { from: chat, ...(author ? { participant: author } : {}) }
}

/** Phone numbers by LID, as far as the history tells them. */
function numbersIn({ phoneNumberToLidMappings, conversations }: proto.HistorySync): Map<string, string> {
  const pairs = [
    ...phoneNumberToLidMappings.map(({ lidJid, pnJid }) => [lidJid, pnJid] as const),
    ...conversations.map(({ id, lidJid, pnJid }) => [lidJid || id, pnJid] as const),
  ]
  return new Map(
    pairs.flatMap(([lid, pn]) =>
      lid?.endsWith('@lid') && pn ? [[lid, `+${pn.split(/[:@]/)[0]}`] as const] : [],
    ),
  )
}
