/**
 * The native REST API, on web standards only: Lambda and the local server run this very app. Requests are bounded and
 * named first; every failure, wherever it happens, is answered in one form.
 */
import { Hono } from 'hono'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answerFaults, answerUnrouted } from './errors.ts'
import { load, loadAll, type Part, partOf } from './parts.ts'
import { bounded, identified } from './request.ts'

export function api(deps: Deps): Hono<ApiEnv> {
  const opened = new Map<Part, Promise<Hono<ApiEnv>>>()
  const open = (part: Part) => {
    const known = opened.get(part) ?? appOf(part, deps)
    opened.set(part, known)
    return known
  }
  const app = new Hono<ApiEnv>()
  app.onError(answerFaults(deps.log))
  app.all('*', async (c) => (await open(partOf(c.req.path))).fetch(c.req.raw, c.env))
  return app
}

async function appOf(part: Part, deps: Deps): Promise<Hono<ApiEnv>> {
  const app = new Hono<ApiEnv>()
  app.onError(answerFaults(deps.log))
  app.use(identified(deps.newRequestId))
  app.use(bounded)
  for (const routes of await load(part)) app.route('/', routes(deps, loadAll))
  answerUnrouted(app)
  return app
}
