/** All lines by which replies can leave, as one. */
import type { Domain } from '../domain.ts'
import type { TwilioRest } from '../twilio/rest.ts'
import type { Desk } from './desk.ts'
import type { Outbound } from './outbound.ts'
import { bySession } from './reply-session.ts'
import { byTwilio } from './reply-twilio.ts'

export function lines(domain: Domain, desk: Desk, rest: TwilioRest | undefined): Outbound {
  const by = { session: bySession(domain, desk), twilio: byTwilio(desk, rest) }
  return {
    obstacle: (conversation) => by[conversation.channel.type].obstacle(conversation),
    reply: (conversation, reply) => by[conversation.channel.type].reply(conversation, reply),
  }
}
