/**
 * All lines by which replies can leave, as one. Each is loaded with the first reply that leaves by it: most functions, and
 * most calls of the API, send none.
 */
import type { Domain } from '../domain.ts'
import type { TwilioRest } from '../twilio/rest.ts'
import type { Desk } from './desk.ts'
import { obstacleOf } from './obstacle.ts'
import type { Outbound } from './outbound.ts'

export function lines(domain: Domain, desk: Desk, rest: TwilioRest | undefined): Outbound {
  const by = {
    session: async () => (await import('./reply-session.ts')).bySession(domain, desk),
    twilio: async () => (await import('./reply-twilio.ts')).byTwilio(desk, rest),
  }
  return {
    obstacle: ({ channel }) => obstacleOf(channel, rest),
    async reply(conversation, reply) {
      const send = await by[conversation.channel.type]()
      return send(conversation, reply)
    },
  }
}
