/**
 * The inbound webhook of Twilio, `/twilio-webhook-opt`: messages become part of their conversation and are answered in
 * TwiML, status callbacks are noted. Nothing that Twilio did not sign changes anything, and no failure is answered
 * with 200, because Twilio would send the text of it to the customer.
 */
import { type Context, Hono } from 'hono'
import { note } from '#core/conversation/delivery.ts'
import type { Desk } from '#core/conversation/desk.ts'
import { type Reading, receive } from '#core/conversation/receive.ts'
import { seenKey } from '#core/conversation/seen.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { isCallback, readCallback } from '#core/twilio/callback.ts'
import { type Fields, readInbound } from '#core/twilio/inbound.ts'
import { fieldsOf, rawQuery, readBody } from './request.ts'
import { isSigned } from './signature.ts'
import { twiml } from './twiml.ts'

export type TwilioHook = {
  desk: Desk
  /** The account of ours whose conversations these are. */
  accountId: string
  authTokens: string[]
  /** The origin, with a base path if there is one, that is configured at Twilio; no slash at the end. */
  publicOrigin: string
  reading: Reading
}

export const TWILIO_PATH = '/twilio-webhook-opt'

export function twilioHook(hook: TwilioHook): Hono {
  const app = new Hono()
  /** API Gateway shows the stage in the path unless it is `$default`. */
  app.on(['GET', 'POST'], [TWILIO_PATH, `/:stage${TWILIO_PATH}`], (c) => handle(hook, c))
  app.all(TWILIO_PATH, (c) => c.text('Method not allowed', 405, { Allow: 'GET, POST' }))
  app.onError((error, c) => {
    if (error instanceof Fault && error.status < 500) return c.text(error.message, error.status)
    hook.reading.log.warn({ err: error }, 'a webhook of Twilio failed')
    return error instanceof Fault ? c.text(error.message, error.status) : c.text('Internal error', 500)
  })
  return app
}

async function handle(hook: TwilioHook, c: Context): Promise<Response> {
  if (hook.authTokens.length === 0) return c.text('TWILIO_AUTH_TOKEN is not configured', 500)
  const query = rawQuery(c)
  const body = await readBody(c)
  const url = `${hook.publicOrigin}${TWILIO_PATH}${query ? `?${query}` : ''}`
  if (!isSigned(hook.authTokens, { signature: c.req.header('x-twilio-signature'), url, body }))
    return c.text('This request was not signed by Twilio for this address', 403)
  const fields = fieldsOf(body, query)
  if (isCallback(fields)) return noted(hook, c, fields)
  const { text, id } = await answer(hook, fields)
  return c.body(twiml(text, callbackAddress(hook.publicOrigin, id)), 200, {
    'content-type': 'text/xml; charset=utf-8',
  })
}

async function answer({ desk, accountId, reading }: TwilioHook, fields: Fields) {
  const { accountSid, person, number, message } = readInbound(fields, iso(desk.store.now()))
  const line = { accountId, channel: { type: 'twilio' as const, number }, person }
  const key = seenKey(`twilio:${accountSid}`, message.id)
  return { text: await receive(desk, { line, message, key }, reading), id: message.id }
}

/** Our replies in TwiML get their SID from Twilio, so the callback's address says which of them it is about. */
async function noted({ desk, accountId }: TwilioHook, c: Context, fields: Fields): Promise<Response> {
  const callback = readCallback(fields)
  if (callback) await note(desk, { accountId, id: c.req.query('message') ?? callback.sid }, callback)
  return c.body(null, 204)
}

const LOOPBACK = /^https?:\/\/(?:localhost|127\.|\[::1\])/

/** Undefined where Twilio could not reach us anyway. */
function callbackAddress(publicOrigin: string, askedId: string): string | undefined {
  return LOOPBACK.test(publicOrigin)
    ? undefined
    : `${publicOrigin}${TWILIO_PATH}?message=reply-${encodeURIComponent(askedId)}`
}
