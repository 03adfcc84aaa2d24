/** What can be done with a message that was sent: change it, delete it for everyone, pin it. Each is a message itself. */

import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import * as z from 'zod'
import { type Content, isDeed } from '#core/contract/content.ts'
import { STATUS } from '#core/jid.ts'
import type { Message } from '#core/message.ts'
import { send } from '#core/send.ts'
import type { Session } from '#core/session.ts'
import { concernedBy } from '#core/status/audience.ts'
import { takeBack } from '#core/take-back.ts'
import { targetOf } from '#core/target.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { assertDeletable, assertEditable, assertPinnable } from './changeable.ts'
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
    'WHATSAPP_REFUSED',
    'WHATSAPP_TIMEOUT',
  ),
}

const edit = createRoute({
  method: 'put',
  path: '/api/messages/{messageId}',
  tags,
  summary: 'Edit a message',
  description:
    'Of ours, a text or a caption. WhatsApp takes changes for 15 minutes after sending, in a channel for 30 days; later ones are refused (`MESSAGE_NOT_USABLE`). In a channel the post may also be one of another admin; where we are none, the change fails with the reason `forbidden`.',
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

/** What a message becomes, as a message of its own, and whether it can. */
type Change = {
  content(message: Message): Content
  assertPossible(message: Message, session: Session): void | Promise<void>
}

export const changeMessages = (deps: Deps) => {
  const middleware = access(deps)
  const done = async (c: Context<ApiEnv>, change: Change) => {
    const accepted = await sendChange(deps, c, change)
    return c.json({ success: true as const, message: recordOf(accepted) }, 202)
  }
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...edit, middleware }, (c) => {
      const { text } = c.req.valid('json')
      return done(c, {
        content: (message) => ({
          type: 'edit',
          text,
          editedType: message.type,
          ...stillMentioned(message, text),
          target: targetOf(message),
        }),
        assertPossible: (message) => assertEditable(message, deps.store.now()),
      })
    })
    .openapi({ ...remove, middleware }, (c) =>
      done(c, {
        content: (message) => ({ type: 'delete', target: targetOf(message) }),
        assertPossible: (message, session) => assertDeletable(deps, session, message),
      }),
    )
    .openapi({ ...pin, middleware }, (c) => {
      const { seconds } = c.req.valid('json')
      return done(c, {
        content: (message) => ({ type: 'pin', target: targetOf(message), pinSeconds: seconds }),
        assertPossible: (message) => assertPinnable(message, deps.store.now()),
      })
    })
    .openapi({ ...unpin, middleware }, (c) =>
      done(c, {
        content: (message) => ({ type: 'pin', target: targetOf(message) }),
        assertPossible: (message) => assertPinnable(message, deps.store.now()),
      }),
    )
}

/** Who was mentioned and still stands in the text as `@number`: without that, phones show the bare number. */
function stillMentioned({ mentions = [] }: Message, text: string): Pick<Content, 'mentions'> {
  const isThere = (one: string) => one === 'all' || text.includes(`@${one.replace('+', '').split('@')[0]}`)
  const still = mentions.filter(isThere)
  return still.length > 0 ? { mentions: still } : {}
}

/** A change that is asked for again under its key is the same one, also when the message cannot be changed any more. */
async function sendChange(deps: Deps, c: Context<ApiEnv>, change: Change): Promise<Message> {
  const { message, session } = await theMessage(deps, c, (record) => !isDeed(record))
  if (!session) throw messageNotFound()
  const content = change.content(message)
  const { mentions: _, ...asked } = content
  if (content.type === 'delete' && message.fromMe) {
    const takenBack = await takeBack(deps, session, message)
    if (takenBack) return takenBack
  }
  const accepted = await send(deps, session, {
    to: message.chatId,
    ...(message.chatId === STATUS ? { recipients: async () => concernedBy(message) } : {}),
    idempotencyKey: c.req.header('idempotency-key'),
    fingerprint: createHash('sha256').update(JSON.stringify(asked)).digest('base64url'),
    async compose() {
      await change.assertPossible(message, session)
      return content
    },
  })
  return accepted.message
}
