/** How far our messages of a conversation got: as the ledger of the linked session says, or as Twilio told. */
import { Message as LedgerMessage, outgoingKey } from '../message.ts'
import type { Store } from '../platform/dynamo.ts'
import type { Conversation } from './conversation.ts'
import { deliveries } from './delivery.ts'
import type { Message } from './message.ts'

export type Reached = { status: string; error?: string }

/** By message id; absent for messages of the other side, and where nothing is known. At most 50 messages. */
export async function statuses(
  store: Store,
  { accountId, channel }: Conversation,
  messages: Message[],
): Promise<Map<string, Reached>> {
  const ours = messages.filter(({ direction, type }) => direction === 'outbound' && type !== 'system')
  if (ours.length === 0) return new Map()
  return channel.type === 'session'
    ? ofLedger(store, channel.sessionId, ours)
    : ofTwilio(store, accountId, ours)
}

async function ofLedger(store: Store, sessionId: string, ours: Message[]): Promise<Map<string, Reached>> {
  const items = await store.getMany(
    'messages',
    ours.map(({ id }) => outgoingKey(sessionId, id)),
  )
  return new Map(
    items.map((item) => {
      const { id, status, reason } = LedgerMessage.parse(item)
      return [id, { status, ...(status === 'failed' && reason ? { error: reason } : {}) }]
    }),
  )
}

/** Twilio's callbacks name its SID, or our id where we put it into their address. The furthest of both counts. */
async function ofTwilio(store: Store, accountId: string, ours: Message[]): Promise<Map<string, Reached>> {
  const sidOf = ({ metadata }: Message) =>
    typeof metadata.twilioSid === 'string' ? metadata.twilioSid : undefined
  const ids = ours.flatMap((message) => [message.id, sidOf(message) ?? []].flat())
  const told = await deliveries(store, accountId, [...new Set(ids)])
  return new Map(
    ours.flatMap((message) => {
      const sid = sidOf(message)
      const delivery = (sid ? told.get(sid) : undefined) ?? told.get(message.id)
      if (!delivery) return []
      const error = [delivery.errorCode, delivery.errorMessage].filter(Boolean).join(' ')
      return [[message.id, { status: delivery.status, ...(error ? { error } : {}) }] as const]
    }),
  )
}
