/** The fleet of connectors, for operators: who is alive, what each holds, and which shards nobody holds. */
import * as z from 'zod'
import { FLEET_LOG } from '#core/contract/fleet.ts'
import { EventView, eventViewOf } from '#core/events/view.ts'
import { type Fleet, fleet, Load } from '#core/lease.ts'
import { read, readBack } from '#core/log-reader.ts'
import { access, adminsOnly } from './access.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED } from './describe.ts'
import { place } from './events.ts'
import { pageOf, SHORT } from './listing.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const ConnectorView = z
  .object({
    id: z.string(),
    status: z.enum(['alive', 'draining', 'lost']).meta({
      description:
        '`lost`: its heartbeat has lapsed within the last hour, others have its shards or will soon',
    }),
    startedAt: z.iso.datetime(),
    heartbeatAgeMs: z.int(),
    shards: z.array(z.int()).meta({ description: 'Those whose lease it holds' }),
    sessions: z.int().meta({ description: 'Sessions with a device that is open there' }),
    load: Load.nullable(),
  })
  .meta({ id: 'Connector' })

const list = createRoute({
  method: 'get',
  path: '/api/connectors',
  tags: ['Service'],
  summary: 'List connectors',
  description: 'For operators: needs a token with admin rights. On one machine the configured key has them.',
  security: SECURED,
  request: { query: z.object(SHORT.query) },
  responses: {
    200: answer('The fleet', {
      connectors: z.array(ConnectorView),
      ...SHORT.gives,
      shards: z.object({
        total: z.int(),
        orphaned: z
          .array(z.int())
          .meta({ description: 'No living connector holds them: their sessions are not connected' }),
      }),
    }),
    ...faults('UNAUTHORIZED', 'FORBIDDEN'),
  },
})

const history = createRoute({
  method: 'get',
  path: '/api/connectors/events',
  tags: ['Service'],
  summary: 'Read the log of the fleet',
  description:
    'Every handover of sessions from one connector to another, with its reason and duration; oldest first, unless `order` says otherwise.',
  security: SECURED,
  request: {
    query: z.object({
      limit: paging(1_000, 100).limit,
      order: z.enum(['asc', 'desc']).default('asc').meta({ description: '`desc`: newest first' }),
      after: place
        .optional()
        .meta({ description: 'Events that come after the one with this id, in that order' }),
      cursor: place.optional().meta({ description: 'The same as `after`' }),
    }),
  },
  responses: {
    200: answer('A page of events', { events: z.array(EventView), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'FORBIDDEN'),
  },
})

export const connectors = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: [access(deps), adminsOnly] }, async (c) => {
      const now = deps.store.now()
      const seen = await fleet(deps.store, now)
      const { connectors: all, shards } = viewOf(seen, deps.shards, now)
      const { items: connectors, nextCursor } = pageOf(all, c.req.valid('query'), ({ id }) => [id])
      return c.json({ success: true as const, connectors, nextCursor, shards }, 200)
    })
    .openapi({ ...history, middleware: [access(deps), adminsOnly] }, async (c) => {
      const { limit, order, after: given, cursor } = c.req.valid('query')
      const [log, after] = [FLEET_LOG.sessionId, cursor ?? given]
      const page =
        order === 'desc'
          ? await readBack(deps.store, log, { limit, before: after })
          : await read(deps.store, log, { limit, after })
      const last = page.cursor ? page.items.at(-1)?.id : undefined
      return c.json(
        { success: true as const, events: page.items.map(eventViewOf), nextCursor: last ?? null },
        200,
      )
    })

/** Shards are those of the leases: what a connector says of itself may be some seconds old. */
function viewOf({ connectors: all, leases }: Fleet, total: number, now: number) {
  const own = leases.filter(({ shard }) => shard < total)
  const held = (id: string) => own.filter(({ owner }) => owner === id).map(({ shard }) => shard)
  const views = all.map(({ id, alive, draining, startedAt, beatAt, sessions, load }) => ({
    id,
    status: !alive ? ('lost' as const) : draining ? ('draining' as const) : ('alive' as const),
    startedAt,
    heartbeatAgeMs: Math.max(0, now - Date.parse(beatAt)),
    shards: held(id).sort((one, other) => one - other),
    sessions: alive ? sessions : 0,
    load: alive && load ? load : null,
  }))
  const living = new Set(views.filter(({ status }) => status !== 'lost').flatMap(({ shards }) => shards))
  const orphaned = Array.from({ length: total }, (_, shard) => shard).filter((shard) => !living.has(shard))
  return { connectors: views, shards: { total, orphaned } }
}
