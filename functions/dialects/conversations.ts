/**
 * The endpoints of seed 003, with exactly its fields: the active conversation of a phone number with its history, all
 * active ones, and completing one. What it calls a session is a conversation here. The webhook that feeds them is in
 * hooks/twilio.ts. They demand a token, which seed 003 does not mention and the content deserves.
 */

import * as z from 'zod'
import { complete } from '#core/conversation/closing.ts'
import { type Conversation, ConversationStatus, statusAt } from '#core/conversation/conversation.ts'
import { Direction, Kind, type Message } from '#core/conversation/message.ts'
import * as Read from '#core/conversation/read.ts'
import { OrderDetails } from '#core/order/order.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { access } from '../api/access.ts'
import type { ApiEnv } from '../api/context.ts'
import { personOf } from '../api/conversations/find.ts'
import type { Deps } from '../api/deps.ts'
import { faults, json, SECURED } from '../api/describe.ts'
import { createRoute, OpenAPIHono } from '../api/openapi/hono.ts'

const tags = ['Conversation sessions']
const COMPLETED = 'Session completed successfully'

const SessionView = z
  .object({
    session_id: z.string(),
    phone_number: z.string(),
    status: ConversationStatus,
    created_at: z.iso.datetime(),
    last_activity: z.iso.datetime(),
    message_count: z.int(),
    order_details: OrderDetails.nullable(),
    context: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ConversationSession' })

const HistoryItem = z
  .object({
    id: z.string(),
    content: z.string(),
    message_type: Kind,
    direction: Direction,
    timestamp: z.iso.datetime(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ConversationHistoryItem' })

const byPhone = createRoute({
  method: 'get',
  path: '/session/{phone_number}',
  tags,
  summary: 'The active conversation of a phone number',
  description:
    'The newest `limit` messages, or 4 MB of them, oldest first; `message_count` counts all of them.',
  security: SECURED,
  request: {
    params: z.object({ phone_number: z.string().min(1).max(100).meta({ example: '+4915123456789' }) }),
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1_000).default(100).meta({ type: 'integer' }),
    }),
  },
  responses: {
    200: {
      description: 'The conversation',
      content: json(
        z.object({
          session: SessionView,
          conversation_history: z.array(HistoryItem),
          message_count: z.int(),
        }),
      ),
    },
    ...faults(
      'VALIDATION_ERROR',
      'INVALID_RECIPIENT',
      'USERNAME_UNKNOWN',
      'UNAUTHORIZED',
      'CONVERSATION_NOT_FOUND',
    ),
  },
})

const active = createRoute({
  method: 'get',
  path: '/sessions/active',
  tags,
  summary: 'All active conversations',
  description: 'The last to expire first; at most 1,000 are listed, or 4 MB of them, and all are counted.',
  security: SECURED,
  responses: {
    200: {
      description: 'Active conversations',
      content: json(z.object({ active_sessions: z.array(SessionView), total_active: z.int() })),
    },
    ...faults('UNAUTHORIZED'),
  },
})

const finish = createRoute({
  method: 'post',
  path: '/session/{session_id}/complete',
  tags,
  summary: 'Complete a conversation',
  security: SECURED,
  request: { params: z.object({ session_id: z.string().min(1).max(100) }) },
  responses: {
    200: {
      description: 'Completed',
      content: json(z.object({ message: z.string() }), { message: COMPLETED }),
    },
    ...faults('UNAUTHORIZED', 'CONVERSATION_NOT_FOUND', 'CONVERSATION_CLOSED'),
  },
})

const MOST_LISTED = 1_000

export function conversationSessions(deps: Deps) {
  const { store } = deps
  const middleware = access(deps)
  const shown = (conversation: Conversation) => viewOf(conversation, iso(store.now()))
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...byPhone, middleware }, async (c) => {
      const person = await personOf(deps, c.get('accountId'), c.req.valid('param').phone_number)
      const conversation = await Read.activeOf(store, c.get('accountId'), person)
      if (!conversation)
        throw new Fault('CONVERSATION_NOT_FOUND', 'There is no active conversation with this phone number.')
      const history = await Read.history(store, conversation.id, c.req.valid('query').limit)
      return c.json(
        {
          session: shown(conversation),
          conversation_history: history.map(itemOf),
          message_count: conversation.messageCount,
        },
        200,
      )
    })
    .openapi({ ...active, middleware }, async (c) => {
      const accountId = c.get('accountId')
      const { items, cursor } = await Read.firstOf(MOST_LISTED, (page) =>
        Read.activeOnes(store, accountId, page),
      )
      const total = cursor ? await Read.countActive(store, accountId) : items.length
      return c.json({ active_sessions: items.map(shown), total_active: total }, 200)
    })
    .openapi({ ...finish, middleware }, async (c) => {
      await complete(deps, await Read.living(store, c.get('accountId'), c.req.valid('param').session_id))
      return c.json({ message: COMPLETED }, 200)
    })
}

/** A person who is known by a LID only has no number yet, and is named by that. */
const viewOf = (conversation: Conversation, at: string): z.infer<typeof SessionView> => ({
  session_id: conversation.id,
  phone_number: conversation.phoneNumber ?? conversation.person,
  status: statusAt(conversation, at),
  created_at: conversation.createdAt,
  last_activity: conversation.lastActivity,
  message_count: conversation.messageCount,
  order_details: conversation.orderDetails,
  context: conversation.context,
})

const itemOf = ({
  id,
  content,
  type,
  direction,
  timestamp,
  metadata,
}: Message): z.infer<typeof HistoryItem> => ({
  id,
  content,
  message_type: type,
  direction,
  timestamp,
  metadata,
})
