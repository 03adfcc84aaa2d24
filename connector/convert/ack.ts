/**
 * The fate of a message of ours: WhatsApp's server took it (`message.sent`), or it never will be sent
 * (`message.status` failed, with a reason that can be shown and switched on).
 */
import type { Event, MessageFacts } from '#core/contract/event.ts'
import type { Row } from '../socket/index.ts'
import type { Context } from './context.ts'

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
  return message ? [{ ...base, type: 'message.sent', payload: { message } }] : []
}
