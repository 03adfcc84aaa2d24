/** What the functions of live connections work with, from the environment. */
import { LiveConfig } from '#core/live/config.ts'
import type { PushDeps } from '#core/live/push.ts'
import type { SubscribeDeps } from '#core/live/subscribe.ts'
import { readConfig } from '#core/platform/base-config.ts'
import { openSockets } from '#core/platform/sockets.ts'
import { liveFrom, openDomain } from '../domain.ts'

export type LiveDeps = SubscribeDeps & PushDeps

/** @throws Error with one line per value of the environment that is missing or wrong */
export function liveFromEnv(env: NodeJS.ProcessEnv): LiveDeps {
  const config = readConfig(LiveConfig, env)
  const domain = openDomain(config, 'live')
  return { ...domain, post: openSockets(config), live: liveFrom(config, domain.log) }
}
