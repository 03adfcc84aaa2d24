/**
 * What the API answers, as far as the page looks at it. Words of the domain come from core; a test holds the rest
 * against the API's own schemas.
 */
import type { Chat } from '../../core/chat.ts'
import type { Content } from '../../core/contract/content.ts'
import type { MessageFacts, MessageStatus } from '../../core/contract/message.ts'
import type { Analytics } from '../../core/conversation/analytics.ts'
import type { Channel, ConversationStatus } from '../../core/conversation/conversation.ts'
import type { Load } from '../../core/lease.ts'
import type { OrderDetails } from '../../core/order/order.ts'
import type { Restriction } from '../../core/restriction.ts'
import type { Status, StatusChange } from '../../core/session.ts'
import type { Performance } from '../../core/sessions/performance.ts'
import type { StoredSettings } from '../../core/settings.ts'
import type { DeliveryStatus } from '../../core/webhook/deliveries.ts'
import type { Attempt } from '../../core/webhook/work.ts'

export type { Event } from '../../core/contract/event.ts'
export type { LiveEvent } from '../../core/live/frames.ts'
export type {
  Analytics,
  Chat,
  ConversationStatus,
  DeliveryStatus,
  MessageFacts,
  OrderDetails,
  Status,
  StatusChange,
}

/** A proxy is shown without its password, and set by the API. */
export type Settings = Omit<StoredSettings, 'proxy'>

export type Page = { nextCursor: string | null }

export type SessionSummary = {
  id: string
  name: string
  description: string | null
  status: Status
  phoneNumber: string | null
  createdAt: string
  lastActivity: string | null
  reason?: string | undefined
  action?: string | undefined
  restriction?: Restriction | undefined
  messageStats: { sent: number; received: number; failed: number }
  messageQueue: number
}
export type SessionDetails = SessionSummary & {
  connectionInfo: { connectedAt: string | null; pushName: string | null; deviceModel: string | null }
  performance: Performance
  settings: Settings
  statusHistory: StatusChange[]
}

export type Media = NonNullable<Content['media']> & { url?: string | undefined }
/** The part of a message that the thread shows. */
export type Message = Omit<MessageFacts, 'media' | 'sealed' | 'target'> & {
  status: MessageStatus | 'received'
  media?: Media | undefined
  reason?: string | undefined
  editedAt?: string | undefined
  deletedAt?: string | undefined
  reactions?: { from: string; emoji: string }[] | undefined
}

export type Conversation = {
  id: string
  channel: Channel
  phoneNumber: string | null
  name: string | null
  status: ConversationStatus
  createdAt: string
  lastActivity: string
  expiresAt: string | null
  endedAt: string | null
  durationMs: number
  messageCount: number
  context: Record<string, unknown>
  orderDetails: OrderDetails | null
}
export type ConversationMessage = {
  id: string
  content: string
  direction: 'inbound' | 'outbound'
  author: 'customer' | 'agent' | 'automatic' | 'system'
  timestamp: string
  status: string | null
  error: string | null
}

export type Webhook = {
  id: string
  sessionId: string | null
  url: string
  description: string | null
  events: string[]
  active: boolean
  status: 'active' | 'paused' | 'failing' | 'disabled'
  reason?: string | undefined
  action?: string | undefined
  lastSuccessAt: string | null
  failingSince: string | null
  nextAttemptAt: string | null
}
export type Delivery = {
  eventId: string
  event: string
  status: DeliveryStatus
  attempts: number
  nextAttemptAt: string | null
  responseCode: number | null
  error: string | null
  latencyMs: number | null
  response: string | null
  history: Attempt[]
}

export type Connector = {
  id: string
  status: 'alive' | 'draining' | 'lost'
  startedAt: string
  heartbeatAgeMs: number
  shards: number[]
  sessions: number
  load: Load | null
}
