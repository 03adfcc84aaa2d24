/** Tickets for live connections: what a page gets that holds no token. */
import * as z from 'zod'
import { PROTOCOL, TICKET_PREFIX } from '#core/live/frames.ts'
import { holderOf, issue, TICKET_LIFE } from '#core/live/ticket.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, SECURED } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'

const create = createRoute({
  method: 'post',
  path: '/api/live/tickets',
  tags: ['Live'],
  summary: 'Get a ticket for a live connection',
  description: `It opens one WebSocket to \`url\`, within ${TICKET_LIFE} seconds, on behalf of the token that asked for it. Offer it as a protocol, not in the address: \`new WebSocket(url, ['${PROTOCOL}', '${TICKET_PREFIX}' + ticket])\`. What is said there is described in docs/live.md.`,
  security: SECURED,
  responses: {
    201: answer(
      'A ticket; it is shown this once',
      {
        ticket: z.string(),
        expiresAt: z.iso.datetime(),
        url: z.string().meta({ description: 'Where to connect to' }),
      },
      {
        ticket: 'nLJYk1tq2lqMA6oYlPzGfJ2gVhC0cVOkq9ZpYw5m3uE',
        expiresAt: '2026-01-01T12:01:00.000Z',
        url: 'wss://lines.example.org/live',
      },
    ),
    ...faults('UNAUTHORIZED'),
  },
})

export const liveTickets = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...create, middleware: access(deps) }, async (c) => {
    const { ticket, expiresAt } = await issue(deps.store, holderOf(c.get('token')))
    return c.json({ success: true as const, ticket, expiresAt, url: liveUrl(deps.config) }, 201)
  })

export const liveUrl = ({ LIVE_URL, PUBLIC_ORIGIN }: Deps['config']): string =>
  LIVE_URL ?? `${PUBLIC_ORIGIN.replace(/^http/, 'ws').replace(/\/$/, '')}/live`
