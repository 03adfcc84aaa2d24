/**
 * The history that a phone hands over: in parts, each announced by a message to its own device alone, with the content
 * inside or left at the media server. Its messages become what they would have been told as then. What only changed
 * another one (a reaction, an edit) is not taken over.
 */
import { proto } from '@whiskeysockets/baileys'
import type { Event } from '#core/contract/event.ts'
import type { MessageStatus } from '#core/contract/message.ts'
import { chatIdOfPerson, isGroup } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import type { Past } from '#core/projection/history.ts'
import type { Row } from '../socket/index.ts'
import { unwrap } from './content.ts'
import type { Context } from './context.ts'
import { personOf } from './identity.ts'
import { messageEvents } from './message.ts'

type MessageRow = Extract<Row, { kind: 'message' }>
type HistoryRow = Extract<Row, { kind: 'history' }>
type Kind = Extract<Event, { type: 'history.synced' }>['payload']['kind']

export type Announced = {
  /** Undefined of what brings no messages: names, and what only Baileys needs. */
  kind: Kind | undefined
  progress: number | undefined
  requestId: string | undefined
  /** Deflated; absent when it has to be fetched by the message. */
  content: Uint8Array | undefined
}

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

/** What a message says of the part that it announces. @throws Error when the bytes are no such message */
export function announcedBy(message: Uint8Array): Announced {
  const told = unwrap(message).message.protocolMessage?.historySyncNotification
  if (!told) throw new Error('the message announces no history')
  const { syncType, progress, peerDataRequestSessionId, initialHistBootstrapInlinePayload: inside } = told
  return {
    kind: KINDS[syncType ?? -1],
    progress: progress ?? undefined,
    requestId: peerDataRequestSessionId || undefined,
    content: inside?.length ? inside : undefined,
  }
}

/** What became of a part. Nothing is told of parts that bring no messages. */
export function historyEvents({ id, message, outcome }: HistoryRow, { session, now }: Context): Event[] {
  const { kind, progress, requestId } = announcedBy(message)
  if (!kind) return []
  const base = { id, ...session, timestamp: now }
  const part = {
    kind,
    ...(progress === undefined ? {} : { progress }),
    ...(requestId ? { requestId } : {}),
  }
  if ('failed' in outcome) {
    const { failed: reason, attempts } = outcome
    return [{ ...base, type: 'history.failed', payload: { ...part, reason, attempts } }]
  }
  const { chats, messages, chatId } = outcome
  const about = kind === 'on_demand' && chatId ? { chatId } : {}
  return [{ ...base, type: 'history.synced', payload: { ...part, chats, messages, ...about } }]
}

/** The same context, with the numbers behind LIDs that the history itself tells. */
export function knowing(heads: proto.HistorySync, context: Context): Context {
  const known = numbersIn(heads)
  return { ...context, directory: (lid) => known.get(lid) ?? context.directory(lid) }
}

/** Chats whose messages disappear, and after how many seconds. */
export const timersIn = (
  { conversations }: proto.HistorySync,
  { directory }: Context,
): { chatId: string; seconds: number }[] =>
  conversations.flatMap(({ id, pnJid, lidJid, ephemeralExpiration: seconds }) => {
    const jids = [id, pnJid, lidJid].flatMap((jid) => jid ?? [])
    const chatId = id && isGroup(id) ? id : chatIdOfPerson(personOf(jids, directory))
    return chatId && seconds ? [{ chatId, seconds }] : []
  })

export const secondOf = ({ message }: proto.IHistorySyncMsg): number => Number(message?.messageTimestamp ?? 0)

/**
 * Messages of one second of a chat, the oldest first. WhatsApp tells times in whole seconds and an order within them,
 * which the milliseconds keep.
 */
export function pastIn(
  said: proto.IHistorySyncMsg[],
  head: proto.IConversation,
  row: MessageRow,
  context: Context,
): Past[] {
  const ordered = said.toSorted((one, other) => Number(one.msgOrderId ?? 0) - Number(other.msgOrderId ?? 0))
  return ordered.flatMap((one, place) =>
    one.message ? pastOf(one.message, secondOf(one) * 1_000 + Math.min(place, 999), head, row, context) : [],
  )
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
