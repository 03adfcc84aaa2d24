/** What the functions of live connections work with, from the environment. */
import { type Jwts, openJwts } from '#core/access/jwt.ts'
import { GateConfig, LiveConfig } from '#core/live/config.ts'
import type { SubscribeDeps } from '#core/live/named.ts'
import type { PushDeps } from '#core/live/push.ts'
import { openLinks } from '#core/media/link.ts'
import { readConfig } from '#core/platform/base-config.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openSockets } from '#core/platform/sockets.ts'
import { liveFrom, openDomain } from '../domain.ts'

export type LiveDeps = SubscribeDeps & PushDeps & { jwts: Pick<Jwts, 'open'> }

/** @throws Error with one line per value of the environment that is missing or wrong */
export function pushFromEnv(env: NodeJS.ProcessEnv): SubscribeDeps & PushDeps {
  const config = readConfig(LiveConfig, env)
  const domain = openDomain(config, 'live')
  const links = openLinks(domain.store, config.PUBLIC_ORIGIN)
  return { ...domain, post: openSockets(config), live: liveFrom(config, domain.log), links }
}

/** @throws Error with one line per value of the environment that is missing or wrong */
export function liveFromEnv(env: NodeJS.ProcessEnv): LiveDeps {
  const { WEBHOOK_KEY } = readConfig(GateConfig.pick({ WEBHOOK_KEY: true }), env)
  return { ...pushFromEnv(env), jwts: openJwts(WEBHOOK_KEY, systemClock) }
}
