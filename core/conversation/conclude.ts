/** What an extraction makes of a conversation: its order afterwards, and what is answered to the person. */
import { isDeepStrictEqual } from 'node:util'
import type { Extraction } from '../order/extraction.ts'
import { merge, type OrderDetails, saysNothing } from '../order/order.ts'
import type { Channel, Conversation, Person } from './conversation.ts'
import { type ConversationSettings, render } from './settings.ts'

export type Conclusion = {
  /** When the order changed. */
  orderDetails: OrderDetails | undefined
  reply: string | null
}

/** @param current undefined stands for a conversation that will begin */
export function conclude(
  extraction: Extraction,
  current: Pick<Conversation, 'orderDetails' | 'name'> | undefined,
  settings: ConversationSettings,
  { channel, person }: { channel: Channel; person: Pick<Person, 'phoneNumber' | 'name'> },
): Conclusion {
  const before = current?.orderDetails ?? null
  const after = saysNothing(extraction) ? before : merge(before, extraction)
  const isOrder = extraction.changes.length > 0 && after !== null && after.items.length > 0
  const { templates } = settings
  return {
    orderDetails: after && !isDeepStrictEqual(after, before) ? after : undefined,
    reply: repliesOn(settings, channel)
      ? render(isOrder ? templates.order : templates.other, {
          order: after,
          phoneNumber: person.phoneNumber,
          name: person.name ?? current?.name,
        })
      : null,
  }
}

export const readsOrdersOn = ({ orders }: ConversationSettings, channel: Channel): boolean =>
  channel.type === 'twilio' ? orders.twilio : orders.sessions

export const repliesOn = ({ replies }: ConversationSettings, channel: Channel): boolean =>
  channel.type === 'twilio' ? replies.twilio : replies.sessions
