/**
 * What Twilio's status callback says about a message of ours. It comes by the same webhook as messages do.
 * https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
 */
import { DeliveryStatus } from '../conversation/delivery.ts'
import type { Fields } from './inbound.ts'

export const isCallback = ({ MessageStatus }: Fields): boolean => MessageStatus !== undefined

export type Callback = { sid: string; status: DeliveryStatus; errorCode?: string; errorMessage?: string }

/** Undefined for a status that says nothing about an outgoing message, or that Twilio invented since. */
export function readCallback(fields: Fields): Callback | undefined {
  const status = DeliveryStatus.safeParse(fields.EventType === 'READ' ? 'read' : fields.MessageStatus)
  const sid = fields.MessageSid ?? fields.SmsSid
  if (!status.success || !sid) return
  const errorMessage = fields.ErrorMessage ?? fields.ChannelStatusMessage
  return {
    sid,
    status: status.data,
    ...(fields.ErrorCode ? { errorCode: fields.ErrorCode } : {}),
    ...(errorMessage ? { errorMessage } : {}),
  }
}
