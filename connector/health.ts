/**
 * How a connector is, for `GET /health` of its own port: what it owns, what it waits for, and since when. It is unwell
 * when it cannot do what it is there for, and then says so by the status code.
 */
import { createServer, type Server } from 'node:http'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Appender } from './events/appender.ts'
import type { Keeper } from './leases/keeper.ts'
import type { Shards } from './shards/shards.ts'

export type Health = {
  status: 'ok' | 'degraded' | 'draining'
  id: string
  startedAt: string
  shards: number[]
  /** How many sessions there are in each phase of their life. */
  sessions: Record<string, number>
  /** What does not answer, and since when. */
  failing: { leases?: string; events?: string; queues?: string }
  /** Sessions with events that are not stored yet. */
  eventsWaiting: number
  devices: { commits: number; commitErrors: number; heldFrames: number; undelivered: number; waiting: number }
}

export type HealthSources = {
  id: string
  startedAt: number
  isDraining: boolean
  keeper: Keeper
  shards: Shards
  appender: Appender
  now: Clock
}

export function healthOf({ id, startedAt, isDraining, keeper, shards, appender }: HealthSources): Health {
  const { supervisors } = shards
  const queues = shards.all.flatMap(({ queueFailingSince }) => queueFailingSince ?? [])
  const failing = {
    ...since('leases', keeper.failingSince),
    ...since('events', appender.failingSince),
    ...since('queues', queues.length > 0 ? Math.min(...queues) : undefined),
  }
  const sessions: Record<string, number> = {}
  for (const { phase } of supervisors) sessions[phase] = (sessions[phase] ?? 0) + 1
  const devices = supervisors.flatMap(({ device }) => device ?? [])
  const sum = (of: (device: (typeof devices)[number]) => number) =>
    devices.reduce((total, one) => total + of(one), 0)
  return {
    status: isDraining ? 'draining' : Object.keys(failing).length > 0 ? 'degraded' : 'ok',
    id,
    startedAt: iso(startedAt),
    shards: [...keeper.held.keys()].toSorted((a, b) => a - b),
    sessions,
    failing,
    eventsWaiting: appender.waiting,
    devices: {
      commits: sum(({ stats }) => stats.commits),
      commitErrors: sum(({ stats }) => stats.commitErrors),
      heldFrames: sum(({ stats }) => stats.heldFrames),
      undelivered: sum(({ stats }) => stats.undelivered),
      waiting: sum((device) => device.waiting()),
    },
  }
}

/** Answers `GET /health` on 127.0.0.1; 503 while something does not answer. */
export function serveHealth(port: number, health: () => Health): Promise<Server> {
  const server = createServer((request, response) => {
    const isHealth = request.method === 'GET' && request.url?.split('?')[0] === '/health'
    const body = isHealth ? health() : undefined
    response.writeHead(!body ? 404 : body.status === 'degraded' ? 503 : 200, {
      'content-type': 'application/json',
    })
    response.end(JSON.stringify(body ?? { error: 'not found' }))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

const since = (what: keyof Health['failing'], at: number | undefined) =>
  at === undefined ? {} : { [what]: iso(at) }
