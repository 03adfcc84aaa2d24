/** Answering a person from a conversation, by the line on which they wrote. */

import * as z from 'zod'
import * as Read from '#core/conversation/read.ts'
import { statuses } from '#core/conversation/statuses.ts'
import { access, sessionBehind } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED } from '../describe.ts'
import { idempotencyHeader } from '../messages/idempotency.ts'
import { Text } from '../messages/text.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { ConversationMessage, conversationParam, messageViewOf, tags } from './view.ts'

const reply = createRoute({
  method: 'post',
  path: '/api/conversations/{conversationId}/messages',
  tags,
  summary: 'Reply in a conversation',
  description:
    'On a linked session the reply is a message of that session, in its ledger, and answered when it is accepted; at Twilio it is sent through its API before the answer. With an `Idempotency-Key` a repeated request is the same message.',
  security: SECURED,
  request: {
    ...conversationParam,
    headers: z.object(idempotencyHeader),
    body: body(z.strictObject({ text: Text }).meta({ id: 'ConversationReply' }), {
      text: 'It is on its way.',
    }),
  },
  responses: {
    202: answer('Accepted', { message: ConversationMessage }),
    ...faults(
      'VALIDATION_ERROR',
      'MALFORMED_JSON',
      'UNAUTHORIZED',
      'CONVERSATION_NOT_FOUND',
      'CONVERSATION_CLOSED',
      'SESSION_NOT_FOUND',
      'SESSION_NOT_CONNECTED',
      'AUTH_EXPIRED',
      'IDEMPOTENCY_KEY_REUSED',
      'REPLY_REFUSED',
      'NOT_SUPPORTED',
    ),
  },
})

export const replyInConversations = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...reply, middleware: access(deps) }, async (c) => {
    const { store, outbound } = deps
    const conversation = await Read.living(store, c.get('accountId'), c.req.valid('param').conversationId)
    const { channel } = conversation
    if (channel.type === 'session') await sessionBehind(deps, c, channel.sessionId)
    const key = c.req.valid('header')['idempotency-key'] ?? deps.newEventId()
    const { text } = c.req.valid('json')
    const { message } = await outbound.reply(conversation, { text, key: `api ${key}`, author: 'agent' })
    const reached = await statuses(store, conversation, [{ ...message, sk: '' }])
    return c.json({ success: true as const, message: messageViewOf(message, reached.get(message.id)) }, 202)
  })
