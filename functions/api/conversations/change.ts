/** Changing conversations: begin one, note something about it, end it. */

import type { Context } from 'hono'
import * as z from 'zod'
import { canonicalChatId } from '#core/contacts/canonical.ts'
import { change } from '#core/conversation/change.ts'
import { cleanUp, complete, expire } from '#core/conversation/closing.ts'
import { Channel, type Conversation, channelName, type Person } from '#core/conversation/conversation.ts'
import { phoneOf } from '#core/conversation/phone.ts'
import * as Read from '#core/conversation/read.ts'
import { start } from '#core/conversation/start.ts'
import { phoneNumberOf } from '#core/jid.ts'
import { OrderDetails } from '#core/order/order.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import * as Sessions from '#core/sessions/index.ts'
import { sealing } from '#core/settings.ts'
import { access, sessionBehind } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { ConversationView, conversationParam, EXAMPLE, tags, viewOf } from './view.ts'

const notes = z.record(z.string().min(1).max(200), z.unknown())
/** Characters of the name of a line: it is part of a key. */
const LONGEST_LINE = 120
const one = { conversation: ConversationView }
const example = { conversation: EXAMPLE }

const begin = createRoute({
  method: 'post',
  path: '/api/conversations',
  tags,
  summary: 'Begin a conversation',
  description:
    'Conversations begin by themselves with the first message; this is for those who want one before. The active one of the person on this line is answered, with 200, if there is one.',
  security: SECURED,
  request: {
    body: body(
      z
        .strictObject({
          phoneNumber: z.string().min(1).max(100),
          channel: Channel.refine(
            (channel) => channelName(channel).length <= LONGEST_LINE,
            'must name a session, or a number',
          ),
          name: z.string().trim().min(1).max(200).optional(),
          initialMessage: z
            .string()
            .min(1)
            .max(65_536)
            .optional()
            .meta({ description: 'What the person said' }),
          context: notes.optional(),
        })
        .meta({ id: 'NewConversation' }),
      {
        phoneNumber: EXAMPLE.phoneNumber,
        channel: EXAMPLE.channel,
        initialMessage: 'Hi, I want to place an order',
        context: EXAMPLE.context,
      },
    ),
  },
  responses: {
    200: answer('It goes on already', one, example),
    201: answer('Begun', one, example),
    ...faults(
      'VALIDATION_ERROR',
      'MALFORMED_JSON',
      'UNAUTHORIZED',
      'INVALID_RECIPIENT',
      'USERNAME_UNKNOWN',
      'SESSION_NOT_FOUND',
    ),
  },
})

const update = createRoute({
  method: 'patch',
  path: '/api/conversations/{conversationId}',
  tags,
  summary: 'Note something about a conversation',
  description:
    'Context and metadata are merged key by key, and `null` takes a key out; order details are replaced. This is no activity: it does not prolong the conversation.',
  security: SECURED,
  request: {
    ...conversationParam,
    body: body(
      z
        .strictObject({
          context: notes.optional(),
          metadata: notes.optional(),
          orderDetails: OrderDetails.nullable().optional(),
        })
        .meta({ id: 'ConversationChange' }),
      { context: { customer_type: 'regular' }, orderDetails: EXAMPLE.orderDetails },
    ),
  },
  responses: {
    200: answer('Changed', one, example),
    ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'UNAUTHORIZED', 'CONVERSATION_NOT_FOUND'),
  },
})

const ENDS = {
  complete: {
    verb: complete,
    summary: 'Complete a conversation',
    description:
      'The next message of the person begins another one. Completing a completed one changes nothing.',
  },
  expire: {
    verb: expire,
    summary: 'Let a conversation expire now',
    description: 'Whatever time it had left. Expiring an expired one changes nothing.',
  },
}
type End = keyof typeof ENDS

const endRoute = (end: End) =>
  createRoute({
    method: 'post',
    path: `/api/conversations/{conversationId}/${end}`,
    tags,
    summary: ENDS[end].summary,
    description: ENDS[end].description,
    security: SECURED,
    request: conversationParam,
    responses: {
      200: answer('Ended', one),
      ...faults('UNAUTHORIZED', 'CONVERSATION_NOT_FOUND', 'CONVERSATION_CLOSED'),
    },
  })

const clean = createRoute({
  method: 'post',
  path: '/api/conversations/cleanup',
  tags,
  summary: 'Write down which conversations have expired',
  description:
    'Readers see by the clock that a conversation has expired; its event and its part in the statistics follow when this is written down, which happens by itself every minute.',
  security: SECURED,
  responses: {
    200: answer('How many there were', { cleaned: z.int() }, { cleaned: 3 }),
    ...faults('UNAUTHORIZED'),
  },
})

/** One request does so many at most. */
const CLEANED_AT_ONCE = 1_000

export function changeConversations(deps: Deps) {
  const { store } = deps
  const middleware = access(deps)
  const shown = (conversation: Conversation) => viewOf(conversation, iso(store.now()))

  const app = new OpenAPIHono<ApiEnv>()
    .openapi({ ...begin, middleware }, async (c) => {
      const { phoneNumber, channel, name, initialMessage, context } = c.req.valid('json')
      const accountId = c.get('accountId')
      const { person, ...marks } = await personOn(deps, c, channel, phoneNumber)
      const line = { accountId, channel, person: { ...person, name }, ...marks }
      const { conversation, isNew } = await start(deps, line, { context, initialMessage })
      return c.json({ success: true as const, conversation: shown(conversation) }, isNew ? 201 : 200)
    })
    .openapi({ ...update, middleware }, async (c) => {
      const conversation = await Read.living(store, c.get('accountId'), c.req.valid('param').conversationId)
      const changed = await change(deps, conversation, c.req.valid('json'))
      return c.json({ success: true as const, conversation: shown(changed) }, 200)
    })
    .openapi({ ...clean, middleware }, async (c) => {
      const cleaned = await cleanUp(deps, c.get('accountId'), CLEANED_AT_ONCE)
      return c.json({ success: true as const, cleaned }, 200)
    })

  for (const end of Object.keys(ENDS) as End[])
    app.openapi({ ...endRoute(end), middleware }, async (c) => {
      const conversation = await Read.living(store, c.get('accountId'), c.req.valid('param').conversationId)
      const ended = await ENDS[end].verb(deps, conversation)
      return c.json({ success: true as const, conversation: shown(ended) }, 200)
    })
  return app
}

/** @throws Fault SESSION_NOT_FOUND, FORBIDDEN, INVALID_RECIPIENT, VALIDATION_ERROR */
async function personOn(
  deps: Deps,
  c: Context<ApiEnv>,
  channel: Channel,
  phoneNumber: string,
): Promise<{ person: Omit<Person, 'name'>; encrypted?: true }> {
  if (channel.type === 'session') {
    const session = await sessionBehind(deps, c, channel.sessionId)
    if (!session) throw Sessions.sessionNotFound()
    const chatId = await canonicalChatId(deps.store, session.id, phoneNumber)
    const number = phoneNumberOf(chatId) ?? null
    const person = { key: number ?? chatId, phoneNumber: number, address: chatId }
    return { person, ...sealing(session.settings) }
  }
  const number = phoneOf(phoneNumber)
  if (!number)
    throw new Fault('VALIDATION_ERROR', 'A phone number consists of digits, with the country code first.')
  return { person: { key: number, phoneNumber: number, address: `whatsapp:${number}` } }
}
