/** What belongs to an account and to no session: tokens, what they did, tickets for live connections, the fleet. */
import { audit } from './audit.ts'
import { connectors } from './connectors.ts'
import { liveTickets } from './live/tickets.ts'
import { tokens } from './tokens.ts'

export const account = [tokens, audit, liveTickets, connectors]
