/** What an account has of its conversations as a whole: figures, settings, and the log of its Twilio channel. */

import * as z from 'zod'
import { Analytics, analyse, daysOf } from '#core/conversation/analytics.ts'
import { cleanUp } from '#core/conversation/closing.ts'
import * as Settings from '#core/conversation/settings.ts'
import { twilioStream } from '#core/conversation/told.ts'
import { EventView, eventViewOf } from '#core/events/view.ts'
import { read } from '#core/log-reader.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, nextCursor, paging, SECURED } from '../describe.ts'
import { place } from '../events.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { tags } from './view.ts'

const MOST_DAYS = 366
const USUAL_DAYS = 30

const analytics = createRoute({
  method: 'get',
  path: '/api/conversations/analytics',
  tags,
  summary: 'Conversations in figures',
  description: `Durations, message counts, reply times, orders, activity by day and hour, over a range of days (UTC). At most ${MOST_DAYS} days; the last ${USUAL_DAYS} when no range is given.`,
  security: SECURED,
  request: { query: z.object({ from: z.iso.date().optional(), to: z.iso.date().optional() }) },
  responses: {
    200: answer('The figures', { analytics: Analytics }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED'),
  },
})

const showSettings = createRoute({
  method: 'get',
  path: '/api/conversations/settings',
  tags,
  summary: 'Show the settings of conversations',
  security: SECURED,
  responses: {
    200: answer('The settings', { settings: Settings.ConversationSettings }),
    ...faults('UNAUTHORIZED'),
  },
})

const putSettings = createRoute({
  method: 'put',
  path: '/api/conversations/settings',
  tags,
  summary: 'Choose the settings of conversations',
  description: 'What is absent goes back to its default.',
  security: SECURED,
  request: {
    body: body(Settings.ConversationSettings, {
      templates: { order: 'Thank you {customer}! We noted: {items}' },
    }),
  },
  responses: {
    200: answer('Chosen', { settings: Settings.ConversationSettings }),
    ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'UNAUTHORIZED'),
  },
})

const events = createRoute({
  method: 'get',
  path: '/api/conversations/events',
  tags,
  summary: 'Read the event log of the Twilio channel',
  description:
    'Oldest first. The events of conversations on linked sessions stand in the logs of those sessions, beside their messages.',
  security: SECURED,
  request: {
    query: z.object({ limit: paging(1_000, 100).limit, after: place.optional(), cursor: place.optional() }),
  },
  responses: {
    200: answer('A page of events', { events: z.array(EventView), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED'),
  },
})

/** One request for figures writes down so many expired ones at most; what is left follows within a minute. */
const CLEANED_BEFORE = 200

export function conversationAccount(deps: Deps) {
  const { store } = deps
  const middleware = access(deps)
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...analytics, middleware }, async (c) => {
      const range = rangeOf(c.req.valid('query'), iso(store.now()).slice(0, 10))
      await cleanUp(deps, c.get('accountId'), CLEANED_BEFORE)
      return c.json(
        { success: true as const, analytics: await analyse(store, c.get('accountId'), range) },
        200,
      )
    })
    .openapi({ ...showSettings, middleware }, async (c) =>
      c.json({ success: true as const, settings: await Settings.read(store, c.get('accountId')) }, 200),
    )
    .openapi({ ...putSettings, middleware }, async (c) => {
      const settings = await Settings.write(store, c.get('accountId'), c.req.valid('json'))
      return c.json({ success: true as const, settings }, 200)
    })
    .openapi({ ...events, middleware }, async (c) => {
      const { limit, after, cursor } = c.req.valid('query')
      const page = await read(store, twilioStream(c.get('accountId')), { limit, after: cursor ?? after })
      const last = page.cursor ? page.items.at(-1)?.id : undefined
      return c.json(
        { success: true as const, events: page.items.map(eventViewOf), nextCursor: last ?? null },
        200,
      )
    })
}

/** @throws Fault VALIDATION_ERROR when the range runs backwards or is too long */
function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }, today: string) {
  const end = to ?? today
  const range = {
    from: from ?? new Date(Date.parse(end) - (USUAL_DAYS - 1) * 86_400_000).toISOString().slice(0, 10),
    to: end,
  }
  const days = daysOf(range).length
  if (days >= 1 && days <= MOST_DAYS) return range
  throw new Fault('VALIDATION_ERROR', `The range may have 1 to ${MOST_DAYS} days.`, { details: range })
}
