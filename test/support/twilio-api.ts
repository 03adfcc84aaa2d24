/**
 * Accounts that call the API of conversations and hear from people at Twilio, for tests: each test has one of its own.
 */
import type * as z from 'zod'
import type { Analytics } from '#core/conversation/analytics.ts'
import { record } from '#core/conversation/record.ts'
import { seenKey } from '#core/conversation/seen.ts'
import type { ConversationSettings } from '#core/conversation/settings.ts'
import type { OrderDetails } from '#core/order/order.ts'
import { iso } from '#core/platform/clock.ts'
import type { ConversationMessage, ConversationView } from '../../functions/api/conversations/view.ts'
import type { World } from './api.ts'

type View = z.infer<typeof ConversationView>
type MessageView = z.infer<typeof ConversationMessage>
/** What answers hold, all calls taken together: each test knows which part its call gives. */
export type Body = {
  code: string
  conversation: View
  conversations: View[]
  message: MessageView
  messages: MessageView[]
  events: { type: string; sessionId: string; payload: Record<string, unknown> }[]
  analytics: Analytics
  settings: ConversationSettings
  summary: Record<string, unknown>
  total: number
  cleaned: number
  nextCursor: string | null
}
export const asBody = (body: unknown): Body => body as Body

let accounts = 0
let ids = 0

/** An account, its calls, and what people write to it. */
export async function tenant(world: World) {
  const accountId = `tenant${++accounts}`
  await world.account(accountId)
  const token = `token-${accountId}`
  const call = async (method: string, path: string, body?: Record<string, unknown>, headers = {}) => {
    const answer = await world.request(method, path, body, { token, headers })
    return { status: answer.status, body: asBody(answer.body) }
  }
  /** `phone` writes `content` by Twilio. */
  const says = async (phone: string, content = 'Hello', orderDetails?: OrderDetails) => {
    const at = iso(world.clock.now)
    const id = `SM${++ids}`
    const message = {
      id,
      content,
      type: 'text' as const,
      direction: 'inbound' as const,
      author: 'customer' as const,
      timestamp: at,
      metadata: { kind: 'text' },
    }
    const person = { key: phone, phoneNumber: phone, address: `whatsapp:${phone}`, name: 'John' }
    const line = { accountId, channel: { type: 'twilio' as const, number: '+14155238886' }, person }
    const seen = {
      key: seenKey('test', `${accountId} ${id}`),
      messageId: id,
      answer: null,
      expiresAt: 4_000_000_000,
    }
    const recorded = await record(world.deps, line, at, () => ({
      messages: [message],
      name: 'John',
      seen,
      orderDetails,
    }))
    if ('repeated' in recorded) throw new Error('repeated')
    return recorded.conversation
  }
  return { accountId, call, says }
}
