/** Sending: accepted and stored, then carried; the answer may wait for how far it gets. */

import * as z from 'zod'
import type { MessageStatus } from '#core/contract/message.ts'
import { findOutgoing, hasReached, type Message } from '#core/message.ts'
import { send } from '#core/send.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED, wholeNumber } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { sendAlbum } from './album.ts'
import { draftOf } from './compose.ts'
import { idempotencyHeader } from './idempotency.ts'
import { NewMessage } from './kinds.ts'
import { EXAMPLE, linked, MessageRecord, recordOf } from './view.ts'
import { presentRecordOf } from './waiting.ts'

/** Milliseconds. API Gateway gives up after 30 s. */
const LONGEST_WAIT = 25_000
const USUAL_WAIT = 10_000

const sendMessage = createRoute({
  method: 'post',
  path: '/api/messages',
  tags: ['Messages'],
  summary: 'Send a message',
  description: [
    'A text, or one of the other kinds: image, video, audio, document, sticker, album, location, contact(s), poll, event, reaction, vote, response (to an event), forward.',
    'Answers 202 as soon as the message is stored; from then on it is not lost, whatever happens to this service.',
    'With an `Idempotency-Key` a repeated request is the same message, also for the recipient.',
    '`?wait=` holds the answer until the message has got so far, has failed, or `timeout` is over; the status says what was reached.',
  ].join(' '),
  security: SECURED,
  request: {
    headers: z.object(idempotencyHeader),
    query: z.object({
      wait: z.enum(['sent', 'server', 'delivered']).optional(),
      timeout: wholeNumber(0, LONGEST_WAIT)
        .default(USUAL_WAIT)
        .meta({ type: 'integer', description: `How long to wait at most, in ms, up to ${LONGEST_WAIT}` }),
    }),
    body: body(NewMessage, { sessionId: EXAMPLE.sessionId, to: EXAMPLE.to, text: EXAMPLE.text }),
  },
  responses: {
    202: answer(
      'Accepted',
      {
        message: MessageRecord,
        items: z.array(MessageRecord).optional().meta({ description: 'Of an album: its images and videos' }),
      },
      {
        message: { ...EXAMPLE, history: [{ status: 'accepted', at: EXAMPLE.createdAt }] },
      },
    ),
    ...faults(
      'VALIDATION_ERROR',
      'MALFORMED_JSON',
      'INVALID_RECIPIENT',
      'USERNAME_UNKNOWN',
      'SESSION_NOT_CONNECTED',
      'AUTH_EXPIRED',
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
      'MESSAGE_NOT_FOUND',
      'MESSAGE_NOT_USABLE',
      'IDEMPOTENCY_KEY_REUSED',
      'BODY_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    ),
  },
})

export const sendMessages = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...sendMessage, middleware: access(deps) }, async (c) => {
    const session = theSession(c)
    const { wait, timeout } = c.req.valid('query')
    const idempotencyKey = c.req.valid('header')['idempotency-key']
    const body = c.req.valid('json')
    const show = async (one: Message) =>
      wait ? presentRecordOf(deps, await follow(deps, one, wait, timeout)) : linked(deps.media, recordOf(one))
    if (body.album) {
      const album = await sendAlbum(deps, session, body, idempotencyKey)
      const items = await Promise.all(album.items.map(show))
      return c.json({ success: true as const, message: await show(album.message), items }, 202)
    }
    const draft = await draftOf(deps, session, body)
    const { message } = await send(deps, session, { ...draft, idempotencyKey })
    return c.json({ success: true as const, message: await show(message) }, 202)
  })

/** Reads the ledger until the goal, a failure or the end of patience; what the message is then. */
async function follow(
  { store, pause }: Pick<Deps, 'store' | 'pause'>,
  message: Message,
  goal: MessageStatus,
  patience: number,
): Promise<Message> {
  const deadline = store.now() + patience
  const isOver = ({ status }: Message) =>
    status === 'failed' || (status !== 'received' && hasReached(status, goal)) || store.now() >= deadline
  let current = message
  for (let step = 25; !isOver(current); step = Math.min(step * 1.5, 500)) {
    await pause(Math.min(step, deadline - store.now()))
    current = (await findOutgoing(store, message.sessionId, message.id)) ?? current
  }
  return current
}
