/**
 * The fate of a message of ours: WhatsApp's server took it (`message.sent`), or it never will be sent
 * (`message.status` failed, with a reason that can be shown and switched on).
 */
import { isPlain } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import type { Row } from '../socket/index.ts'
import { contentOf, unwrap } from './content.ts'
import { type Context, nthId, type Told } from './context.ts'

type Ack = Extract<Row, { kind: 'ack' }>

/** The server's refusals that have a known meaning; the numbers are those of the `error` attribute of its ack. */
const REFUSALS: Record<string, string> = {
  401: 'not_authorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_allowed',
  420: 'too_many_devices',
  429: 'rate_limited',
  463: 'restricted',
  479: 'invalid',
  500: 'server_error',
  503: 'server_error',
}

/** What kept the device from sending at all. */
const OBSTACLES: Record<string, string> = {
  'no-devices': 'not_on_whatsapp',
}

export const reasonOf = ({ by, code }: NonNullable<Ack['error']>): string =>
  by === 'server' ? (REFUSALS[code] ?? `refused_${code}`) : (OBSTACLES[code] ?? code.replaceAll('-', '_'))

/** @param message what the ledger knows of it; without it there is nobody to tell, and the answer is empty */
export function ackEvents(row: Ack, message: MessageFacts | undefined, context: Context): Event[] {
  const base = { id: row.id, ...context.session, timestamp: context.now }
  if (row.error)
    return [
      {
        ...base,
        type: 'message.status',
        payload: {
          messageId: row.messageId,
          status: 'failed',
          ...(message ? { chatId: message.chatId } : {}),
          reason: reasonOf(row.error),
        },
      },
    ]
  if (!message) return []
  const keys =
    row.message && context.seal && !isPlain(message)
      ? { sealed: context.seal(row.message, row.messageId) }
      : {}
  const numbered = row.serverId ? { serverId: row.serverId } : {}
  const { sealed: _, ...facts } = message
  const sent: Event = {
    ...base,
    type: 'message.sent',
    payload: {
      message: { ...facts, ...foundOut(facts, row.message), ...keys, ...numbered },
      tookMs: tookMs(facts, context.now),
    },
  }
  const done = doneBy(facts, context.now)
  return done ? [sent, { ...base, id: nthId(row.id, 1), ...done }] : [sent]
}

/** What was found out for it, and went along: what its link shows, how long its film or sound is and how large. */
function foundOut(
  { linkPreview, media }: MessageFacts,
  message: Uint8Array | undefined,
): Pick<MessageFacts, 'linkPreview' | 'media'> {
  if (!message || !(linkPreview?.fetch || media)) return {}
  const sent = contentOf(unwrap(message).message)
  const { width, height, durationSeconds } = sent?.media ?? {}
  const extent = width && height ? { width, height } : {}
  return {
    ...(linkPreview?.fetch ? { linkPreview: { ...linkPreview, ...sent?.linkPreview } } : {}),
    ...(media ? { media: { ...media, ...extent, ...(durationSeconds ? { durationSeconds } : {}) } } : {}),
  }
}

/** Since it was accepted, or since its time came. */
const tookMs = ({ timestamp, sendAt }: MessageFacts, now: string): number =>
  Math.max(0, Date.parse(now) - Math.max(Date.parse(timestamp), Date.parse(sendAt ?? timestamp)))

/** What a message of ours does to another one, once WhatsApp has taken it. */
function doneBy(message: MessageFacts, timestamp: string): Told | undefined {
  const { id, chatId, fromMe, from, sender, target, text = '', choices = [], answer, pinSeconds } = message
  if (!target) return
  const deed = { id, chatId, fromMe, from, sender, target, timestamp }
  switch (message.type) {
    case 'reaction':
      return { type: 'message.reaction', payload: { ...deed, emoji: text } }
    case 'edit':
      return { type: 'message.edited', payload: { ...deed, text } }
    case 'delete':
      return { type: 'message.deleted', payload: deed }
    case 'pin':
      return {
        type: 'message.pinned',
        payload: { ...deed, ...(pinSeconds === undefined ? {} : { seconds: pinSeconds }) },
      }
    case 'poll_vote':
      return { type: 'poll.vote', payload: { ...deed, options: choices } }
    case 'event_response':
      return { type: 'event.response', payload: { ...deed, response: answer ?? 'unknown' } }
    default:
      return
  }
}
