/** What can be done with a message that was sent: change it, delete it for everyone, pin it. Each is a message itself. */

import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import * as z from 'zod'
import { type Content, isDeed } from '#core/contract/content.ts'
import { isChannel, isGroup, isPerson, STATUS } from '#core/jid.ts'
import type { Message } from '#core/message.ts'
import { send } from '#core/send.ts'
import { concernedBy } from '#core/status/audience.ts'
import { takeBack } from '#core/take-back.ts'
import { targetOf, unusable } from '#core/target.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { idempotencyHeader } from './idempotency.ts'
import { Text } from './text.ts'
import { messageNotFound, theMessage } from './the-message.ts'
import { EXAMPLE, MessageRecord, recordOf } from './view.ts'

const tags = ['Messages']
const which = {
  params: z.object({ messageId: z.string().meta({ example: EXAMPLE.id }) }),
  query: z.object({
    sessionId: z.string().optional().meta({
      description: 'Which session does it, where two of them wrote to each other; else the sender',
    }),
  }),
  headers: z.object(idempotencyHeader),
}
const responses = {
  202: answer('Accepted: the change is a message of its own', { message: MessageRecord }),
  ...faults(
    'VALIDATION_ERROR',
    'SESSION_NOT_CONNECTED',
    'AUTH_EXPIRED',
    'UNAUTHORIZED',
    'MESSAGE_NOT_FOUND',
    'MESSAGE_NOT_USABLE',
    'IDEMPOTENCY_KEY_REUSED',
  ),
}

const edit = createRoute({
  method: 'put',
  path: '/api/messages/{messageId}',
  tags,
  summary: 'Edit a message',
  description:
    'Of ours, a text or a caption. WhatsApp shows the change for 15 minutes after sending, in a channel for 30 days. There the post may also be one of another admin; where we are none, the change fails with the reason `forbidden`.',
  security: SECURED,
  request: {
    ...which,
    body: body(z.strictObject({ text: Text }).meta({ id: 'MessageEdit' }), { text: 'Hi' }),
  },
  responses,
})

const remove = createRoute({
  method: 'delete',
  path: '/api/messages/{messageId}',
  tags,
  summary: 'Delete a message for everyone',
  description:
    'One of ours; in a group or a channel that we administer, of anybody. One of ours that still waits (for its time, its turn, or the end of a restriction) is taken back and never sent: its status is `failed` then, with the reason `cancelled`.',
  security: SECURED,
  request: which,
  responses,
})

/** The durations that phones offer, in seconds: a day, a week, a month. */
const PIN_SECONDS = [86_400, 604_800, 2_592_000] as const

const pin = createRoute({
  method: 'put',
  path: '/api/messages/{messageId}/pin',
  tags,
  summary: 'Pin a message in its chat',
  security: SECURED,
  request: {
    ...which,
    body: body(
      z.strictObject({ seconds: z.literal(PIN_SECONDS).default(604_800) }).meta({ id: 'MessagePin' }),
      { seconds: 604_800 },
    ),
  },
  responses,
})

const unpin = createRoute({
  method: 'delete',
  path: '/api/messages/{messageId}/pin',
  tags,
  summary: 'Unpin a message',
  security: SECURED,
  request: which,
  responses,
})

export const changeMessages = (deps: Deps) => {
  const middleware = access(deps)
  const done = async (c: Context<ApiEnv>, change: (message: Message) => Content) => {
    const isDeletion = c.req.method === 'DELETE' && !c.req.path.endsWith('/pin')
    const accepted = await sendChange(deps, c, change, isDeletion)
    return c.json({ success: true as const, message: recordOf(accepted) }, 202)
  }
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...edit, middleware }, (c) => {
      const { text } = c.req.valid('json')
      return done(c, (message) => ({
        type: 'edit',
        text,
        editedType: message.type,
        target: targetOf(editable(message)),
      }))
    })
    .openapi({ ...remove, middleware }, (c) =>
      done(c, (message) => ({ type: 'delete', target: targetOf(deletable(message)) })),
    )
    .openapi({ ...pin, middleware }, (c) => {
      const { seconds } = c.req.valid('json')
      return done(c, (message) => ({
        type: 'pin',
        target: targetOf(pinnable(message)),
        pinSeconds: seconds,
      }))
    })
    .openapi({ ...unpin, middleware }, (c) =>
      done(c, (message) => ({ type: 'pin', target: targetOf(pinnable(message)) })),
    )
}

async function sendChange(
  deps: Deps,
  c: Context<ApiEnv>,
  change: (message: Message) => Content,
  isDeletion: boolean,
): Promise<Message> {
  const { message, session } = await theMessage(deps, c, (record) => !isDeed(record))
  if (!session) throw messageNotFound()
  if (isDeletion && message.fromMe) {
    const takenBack = await takeBack(deps, session, message)
    if (takenBack) return takenBack
  }
  const content = change(message)
  const accepted = await send(deps, session, {
    to: message.chatId,
    ...(message.chatId === STATUS ? { recipients: async () => concernedBy(message) } : {}),
    idempotencyKey: c.req.header('idempotency-key'),
    fingerprint: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
    compose: async () => content,
  })
  return accepted.message
}

const isConversation = (chatId: string): boolean => isPerson(chatId) || isGroup(chatId)

function pinnable(message: Message): Message {
  if (isConversation(message.chatId)) return message
  throw unusable(message, 'Only what stands in a chat with a person or in a group can be pinned.')
}

function editable(message: Message): Message {
  const { chatId, fromMe, type, text, media, deletedAt } = message
  const mayBeOurs = isChannel(chatId) || (fromMe && isConversation(chatId))
  const isText = type === 'text' || (media && text !== undefined)
  if (mayBeOurs && isText && !deletedAt) return message
  throw unusable(message, 'Only a text or a caption of ours can be edited, and only while it is there.')
}

function deletable(message: Message): Message {
  const mayBeOurs = message.fromMe || isGroup(message.chatId) || isChannel(message.chatId)
  if (mayBeOurs && !message.deletedAt) return message
  throw unusable(
    message,
    'Only a message of ours, or one in a group or a channel, can be deleted for everyone, once.',
  )
}
