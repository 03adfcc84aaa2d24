/**
 * What works and what does not, for operators and load balancers. 200 means that a message which is accepted now can
 * reach WhatsApp: the database and the queue answer, and a connector is alive.
 */

import * as z from 'zod'
import { fleet } from '#core/lease.ts'
import { iso } from '#core/platform/clock.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { json } from './describe.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const Check = z.object({
  ok: z.boolean(),
  latencyMs: z.number(),
  message: z.string().meta({ description: 'A sentence for people' }),
})
type Check = z.infer<typeof Check>

const Health = z
  .object({
    success: z.boolean(),
    status: z.enum(['ok', 'unavailable']),
    time: z.iso.datetime(),
    checks: z.object({
      database: Check,
      queue: Check,
      connectors: Check.extend({ alive: z.int(), sessions: z.int() }),
    }),
  })
  .meta({ id: 'Health' })

/** A part that did not answer by then counts as down, in ms. */
const PATIENCE = 3_000

const route = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Service'],
  summary: 'What works and what does not',
  responses: {
    200: { description: 'A message that is accepted now can reach WhatsApp', content: json(Health) },
    503: { description: 'It cannot', content: json(Health) },
  },
})

export const health = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const [database, queue, connectors] = await Promise.all([
      check('The database answers.', 'The database does not answer.', () =>
        deps.load({ pk: 'HEALTH', sk: 'HEALTH' }),
      ),
      check('The command queue answers.', 'The command queue does not answer; messages are kept.', () =>
        deps.commands.check(),
      ),
      checkConnectors(deps),
    ])
    const checks = { database, queue, connectors }
    const ok = Object.values(checks).every((one) => one.ok)
    const answer = {
      success: ok,
      status: ok ? 'ok' : 'unavailable',
      time: iso(deps.store.now()),
      checks,
    } as const
    return c.json(answer, ok ? 200 : 503)
  })

async function checkConnectors({ store }: Deps) {
  let alive: { sessions: number }[] = []
  const counted = await check(
    '',
    'The connectors are not known, because the database does not answer.',
    async () => {
      const { connectors } = await fleet(store, store.now())
      alive = connectors.filter((connector) => connector.alive)
    },
  )
  const sessions = alive.reduce((sum, connector) => sum + connector.sessions, 0)
  const message = !counted.ok
    ? counted.message
    : alive.length === 0
      ? 'No connector is alive: messages are kept, and sent when one is back.'
      : `${alive.length} alive, with ${sessions} sessions.`
  return { ...counted, ok: counted.ok && alive.length > 0, message, alive: alive.length, sessions }
}

async function check(works: string, fails: string, run: () => Promise<unknown>): Promise<Check> {
  const began = performance.now()
  const ok = await within(run(), PATIENCE)
  return { ok, latencyMs: Math.round((performance.now() - began) * 10) / 10, message: ok ? works : fails }
}

async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, milliseconds, false)
  const done = work.then(
    () => true,
    () => false,
  )
  return Promise.race([done, late]).finally(() => clearTimeout(timer))
}
