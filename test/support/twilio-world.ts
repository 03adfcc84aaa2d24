/**
 * The webhook of Twilio over a real DynamoDB, for tests: a clock that the test owns, and requests that Twilio's own
 * package signs.
 */
import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import twilio from 'twilio'
import type { Desk } from '#core/conversation/desk.ts'
import { guesses } from '#core/conversation/guesses.ts'
import { turns } from '#core/conversation/turns.ts'
import { type TwilioHook, twilioHook } from '../../functions/hooks/twilio.ts'
import { testDomain } from './domain.ts'

export const TOKEN = 'auth-token-of-tests'
export const ORIGIN = 'https://lines.example.org'
export const HOUR = 60 * 60 * 1000

export type Form = Record<string, string | string[]>
export type TwilioWorld = Awaited<ReturnType<typeof twilioWorld>>

let sids = 0
export const newSid = (): string => `SM${(++sids).toString(16).padStart(32, '0')}`

/** A message as Twilio posts it. */
export const inbound = (over: Form = {}): Form => {
  const sid = newSid()
  return {
    MessageSid: sid,
    SmsSid: sid,
    SmsMessageSid: sid,
    AccountSid: 'AC00000000000000000000000000000001',
    From: 'whatsapp:+1234567890',
    To: 'whatsapp:+14155238886',
    Body: 'Hello',
    NumMedia: '0',
    NumSegments: '1',
    ReferralNumMedia: '0',
    SmsStatus: 'received',
    MessageType: 'text',
    ProfileName: 'John Doe',
    WaId: '1234567890',
    ApiVersion: '2010-04-01',
    ...over,
  }
}

export const encode = (form: Form): string =>
  new URLSearchParams(
    Object.entries(form).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, one] as [string, string]),
    ),
  ).toString()

/** Signed by Twilio's own package, for the address with its query. */
export const signatureOf = (
  form: Form,
  { url = `${ORIGIN}/twilio-webhook-opt`, token = TOKEN } = {},
): string => twilio.getExpectedTwilioSignature(token, url, form)

export type Post = {
  form?: Form
  path?: string
  /** What is signed, where that differs from what is configured. */
  url?: string
  token?: string
  /** Null sends none. */
  signature?: string | null
  headers?: Record<string, string>
  /** Another function that takes it. */
  hook?: TwilioHook
}

export async function twilioWorld(
  over: Partial<Omit<TwilioHook, 'desk' | 'reading'>> & { reading?: Partial<TwilioHook['reading']> } = {},
) {
  const domain = await testDomain()
  const { clock, db } = domain
  const warnings: { fields: Record<string, unknown>; sentence: string }[] = []
  const desk = {
    ...domain.domain,
    conversationTtl: 24 * HOUR,
    newConversationId: randomUUID,
    guesses: guesses(),
  } satisfies Desk
  const hook: TwilioHook = {
    desk,
    accountId: 'acme',
    authTokens: [TOKEN],
    publicOrigin: ORIGIN,
    ...over,
    reading: {
      turns: turns(),
      later: undefined,
      answerWithin: 700,
      log: { warn: (fields, sentence) => void warnings.push({ fields, sentence }) },
      ...over.reading,
    },
  }
  const app: Hono = twilioHook(hook)

  const post = async ({
    form = inbound(),
    path = '/twilio-webhook-opt',
    signature,
    headers,
    hook: other,
    ...signing
  }: Post = {}) => {
    const signed = signature === undefined ? signatureOf(form, signing) : signature
    const response = await (other ? twilioHook(other) : app).request(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
        ...(signed === null ? {} : { 'x-twilio-signature': signed }),
      },
      body: encode(form),
    })
    const text = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), text, reply: replyOf(text) }
  }

  const sign = (form: Form, url?: string) => signatureOf(form, url ? { url } : {})
  const digest = (body: string) => twilio.getExpectedBodyHash(body)
  return {
    clock,
    db,
    domain,
    desk,
    hook,
    app,
    post,
    sign,
    digest,
    warnings,
    close: db.close,
    [Symbol.asyncDispose]: db.close,
  }
}

/** The text of the message in TwiML; null when there is none. */
export const replyOf = (xml: string): string | null => {
  const [, text] = /<Message[^>]*>([^<]*)<\/Message>/.exec(xml) ?? []
  return text === undefined
    ? null
    : text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
