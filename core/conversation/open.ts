/** Conversations as configured: what their verbs work with, and the lines by which replies leave. */
import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import type { Domain } from '../domain.ts'
import { twilioRest } from '../twilio/rest.ts'
import { type ConversationConfig, conversationTtl, type TwilioConfig } from './config.ts'
import type { Desk } from './desk.ts'
import { lines } from './lines.ts'
import type { Outbound } from './outbound.ts'

type Config = z.output<typeof ConversationConfig> & z.output<typeof TwilioConfig> & { PUBLIC_ORIGIN: string }

export type Opened = Domain & Desk & { outbound: Outbound }

export function openConversations(domain: Domain, config: Config): Opened {
  const desk = { ...domain, conversationTtl: conversationTtl(config), newConversationId: randomUUID }
  return { ...desk, outbound: lines(domain, desk, restOf(config)) }
}

/** Addresses that Twilio cannot reach: there is no use in asking it to call back. */
export const LOOPBACK = /^https?:\/\/(?:localhost|127\.|\[::1\])/

function restOf({ TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_URL, PUBLIC_ORIGIN }: Config) {
  const [authToken] = TWILIO_AUTH_TOKEN
  if (!TWILIO_ACCOUNT_SID || !authToken) return
  const origin = PUBLIC_ORIGIN.replace(/\/+$/, '')
  return twilioRest({
    accountSid: TWILIO_ACCOUNT_SID,
    authToken,
    apiUrl: TWILIO_API_URL.replace(/\/+$/, ''),
    statusCallback: LOOPBACK.test(origin) ? undefined : `${origin}/twilio-webhook-opt`,
  })
}
