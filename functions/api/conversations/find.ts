/** Reading conversations: lists, one of them, what was said in it, and its figures. */

import * as z from 'zod'
import { type Conversation, ConversationStatus, statusAt } from '#core/conversation/conversation.ts'
import * as Read from '#core/conversation/read.ts'
import { statuses } from '#core/conversation/statuses.ts'
import { personKeyOf } from '#core/conversation/whom.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, nextCursor, paging, SECURED } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import {
  ConversationMessage,
  ConversationView,
  conversationParam,
  EXAMPLE,
  messageViewOf,
  tags,
  viewOf,
} from './view.ts'

const list = createRoute({
  method: 'get',
  path: '/api/conversations',
  tags,
  summary: 'List conversations',
  description:
    'Active ones first, then expired and completed ones; of a person, the newest first. A page may be short while `nextCursor` goes on.',
  security: SECURED,
  request: {
    query: z.object({
      ...paging(100),
      status: ConversationStatus.optional(),
      phoneNumber: z.string().min(1).max(100).optional().meta({
        description: 'Of this person: a phone number, a WhatsApp id, or `@username`',
      }),
      channel: z.enum(['session', 'twilio']).optional(),
      sessionId: z.string().min(1).max(100).optional().meta({ description: 'Of this linked session' }),
    }),
  },
  responses: {
    200: answer(
      'A page of conversations',
      { conversations: z.array(ConversationView), nextCursor },
      { conversations: [EXAMPLE], nextCursor: null },
    ),
    ...faults('VALIDATION_ERROR', 'INVALID_RECIPIENT', 'USERNAME_UNKNOWN', 'UNAUTHORIZED'),
  },
})

const countActive = createRoute({
  method: 'get',
  path: '/api/conversations/active/count',
  tags,
  summary: 'Count active conversations',
  security: SECURED,
  responses: { 200: answer('The number', { total: z.int() }, { total: 5 }), ...faults('UNAUTHORIZED') },
})

const show = createRoute({
  method: 'get',
  path: '/api/conversations/{conversationId}',
  tags,
  summary: 'Show a conversation',
  security: SECURED,
  request: conversationParam,
  responses: {
    200: answer('The conversation', { conversation: ConversationView }, { conversation: EXAMPLE }),
    ...faults('UNAUTHORIZED', 'CONVERSATION_NOT_FOUND'),
  },
})

const messages = createRoute({
  method: 'get',
  path: '/api/conversations/{conversationId}/messages',
  tags,
  summary: 'What was said in a conversation',
  description: 'The newest first.',
  security: SECURED,
  request: { ...conversationParam, query: z.object(paging(50)) },
  responses: {
    200: answer('A page of messages', { messages: z.array(ConversationMessage), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'CONVERSATION_NOT_FOUND'),
  },
})

const replyTimes = z.object({
  count: z.int(),
  firstMs: z.int().nullable(),
  averageMs: z.int().nullable(),
})
const summary = createRoute({
  method: 'get',
  path: '/api/conversations/{conversationId}/summary',
  tags,
  summary: 'A conversation in figures',
  security: SECURED,
  request: conversationParam,
  responses: {
    200: answer('The figures', {
      summary: z.object({
        id: z.string(),
        phoneNumber: z.string().nullable(),
        status: ConversationStatus,
        durationMs: z.int(),
        messages: z.object({ total: z.int(), inbound: z.int(), outbound: z.int(), system: z.int() }),
        replies: replyTimes,
        agentReplies: replyTimes.meta({ description: 'Those of people; templates left aside' }),
        waitingSince: z.iso
          .datetime()
          .nullable()
          .meta({ description: 'Since when the person waits for a reply' }),
        order: z.object({ items: z.int(), totalAmount: z.number().nullable() }).nullable(),
      }),
    }),
    ...faults('UNAUTHORIZED', 'CONVERSATION_NOT_FOUND'),
  },
})

export function findConversations(deps: Deps) {
  const { store } = deps
  const middleware = access(deps)
  const now = () => iso(store.now())
  const shown = (conversation: Conversation) => viewOf(conversation, now())

  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware }, async (c) => {
      const { phoneNumber, status, channel, sessionId, limit, cursor } = c.req.valid('query')
      const keep = (conversation: Conversation) =>
        (!status || statusAt(conversation, now()) === status) &&
        (!channel || conversation.channel.type === channel) &&
        (!sessionId ||
          (conversation.channel.type === 'session' && conversation.channel.sessionId === sessionId))
      const page = phoneNumber
        ? await Read.everOf(
            store,
            c.get('accountId'),
            await personOf(deps, c.get('accountId'), phoneNumber, c.get('session')?.id),
            { limit, cursor },
          )
        : await Read.list(store, c.get('accountId'), { status, keep, limit, cursor })
      const conversations = page.items.filter(keep).map(shown)
      return c.json({ success: true as const, conversations, nextCursor: page.cursor ?? null }, 200)
    })
    .openapi({ ...countActive, middleware }, async (c) => {
      const total = await Read.countActive(store, c.get('accountId'))
      return c.json({ success: true as const, total }, 200)
    })
    .openapi({ ...show, middleware }, async (c) => {
      const conversation = await Read.living(store, c.get('accountId'), c.req.valid('param').conversationId)
      return c.json({ success: true as const, conversation: shown(conversation) }, 200)
    })
    .openapi({ ...messages, middleware }, async (c) => {
      const conversation = await Read.living(store, c.get('accountId'), c.req.valid('param').conversationId)
      const page = await Read.messagesOf(store, conversation.id, c.req.valid('query'))
      const reached = await statuses(store, conversation, page.items)
      return c.json(
        {
          success: true as const,
          messages: page.items.map((message) => messageViewOf(message, reached.get(message.id))),
          nextCursor: page.cursor ?? null,
        },
        200,
      )
    })
    .openapi({ ...summary, middleware }, async (c) => {
      const conversation = await Read.living(store, c.get('accountId'), c.req.valid('param').conversationId)
      return c.json({ success: true as const, summary: Read.summaryOf(conversation, now()) }, 200)
    })
}

/** @throws Fault VALIDATION_ERROR, INVALID_RECIPIENT, USERNAME_UNKNOWN */
export async function personOf(
  { store }: Pick<Deps, 'store'>,
  accountId: string,
  text: string,
  sessionId?: string,
): Promise<string> {
  const person = await personKeyOf(store, accountId, text, sessionId)
  if (person) return person
  throw new Fault('VALIDATION_ERROR', 'A phone number consists of digits, with the country code first.')
}
