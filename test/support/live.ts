/**
 * The functions of live connections over a real DynamoDB, for tests: sockets that remember what was said to them and can
 * be broken, and jobs that run when the test says so, as the queue would run them.
 */

import { openJwts } from '#core/access/jwt.ts'
import type { Event } from '#core/contract/event.ts'
import type { ServerFrame } from '#core/live/frames.ts'
import type { Post } from '#core/live/post.ts'
import { type PushDeps, push } from '#core/live/push.ts'
import { openLinks } from '#core/media/link.ts'
import { type Answer, connect } from '../../functions/live/gate.ts'
import { liveRoutes } from '../../functions/live/routes.ts'
import { testDomain } from './domain.ts'

export type LiveWorld = Awaited<ReturnType<typeof liveWorld>>

export async function liveWorld() {
  const domain = await testDomain()
  const said = new Map<string, ServerFrame[]>()
  const gone = new Set<string>()
  const closed: string[] = []
  const due: { id: string; accountId: string }[] = []
  /** Runs before a frame goes out. */
  const before: { send?: (connectionId: string) => Promise<void> } = {}
  const post: Post = {
    async send(connectionId, frame) {
      await before.send?.(connectionId)
      if (gone.has(connectionId)) return 'gone'
      said.set(connectionId, [...(said.get(connectionId) ?? []), frame])
      return 'sent'
    },
    async close(connectionId) {
      closed.push(connectionId)
    },
    isOpen: async (connectionId) => !gone.has(connectionId),
  }
  const live: PushDeps['live'] = {
    async tell(sessions) {
      due.push(...sessions)
    },
  }
  const links = openLinks(domain.store, 'http://127.0.0.1:3000')
  const jwts = openJwts(['22'.repeat(32)], () => domain.clock.now)
  const deps = { ...domain.domain, post, live, links, jwts }
  const route = liveRoutes(deps)
  await domain.account('acme')
  await domain.account('other')

  const framesOf = (connectionId: string) => said.get(connectionId) ?? []
  return {
    ...domain,
    deps,
    post,
    gone,
    closed,
    due,
    before,
    said: framesOf,
    saidAs: <T extends ServerFrame['type']>(connectionId: string, type: T) =>
      framesOf(connectionId).filter(
        (frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type,
      ),
    /** Ids of the events that it was told, in order. */
    told: (connectionId: string): string[] =>
      framesOf(connectionId).flatMap((frame) =>
        frame.type === 'events' ? frame.events.map(({ id }) => id) : [],
      ),
    open: (connectionId: string, account = 'acme'): Promise<Answer> =>
      connect(deps, connectionId, { Authorization: `Bearer token-${account}` }),
    say: (connectionId: string, frame: unknown) =>
      route({
        requestContext: { routeKey: '$default', connectionId },
        body: typeof frame === 'string' ? frame : JSON.stringify(frame),
      }),
    leave: (connectionId: string) => route({ requestContext: { routeKey: '$disconnect', connectionId } }),
    /** Runs the jobs that are due, and those that they make. */
    async run(): Promise<void> {
      for (let job = due.shift(); job; job = due.shift()) await push(deps, job)
    },
    push: (id: string, volatile: Event[] = []) => push(deps, { id, accountId: 'acme' }, volatile),
  }
}
