/**
 * What the functions work with, made from the environment: the same for Lambda and for one machine. Tests put their
 * own parts together instead.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ConversationConfig, TwilioConfig } from '#core/conversation/config.ts'
import { type Opened, openConversations } from '#core/conversation/open.ts'
import { fleet } from '#core/lease.ts'
import { systemClock } from '#core/platform/clock.ts'
import { ApiConfig, readConfig } from '#core/platform/config.ts'
import { type Loader, openLoader } from '#core/platform/loader.ts'
import { openDomain } from '../domain.ts'
import { openRoster, type Roster } from './roster.ts'

export type Deps = Opened & {
  config: Pick<ApiConfig, 'PUBLIC_ORIGIN' | 'ASSETS_DIR'>
  /** Reads items of `main`, together with whatever else is asked for in the same turn. */
  load: Loader
  /** Who holds which session. */
  roster: Roster
  newRequestId(): string
  /** Resolves after so many milliseconds of the clock. */
  pause(milliseconds: number): Promise<unknown>
}

/** @throws Error with one line per value of the environment that is missing or wrong */
export function depsFromEnv(env: NodeJS.ProcessEnv): Deps {
  const config = readConfig(ApiConfig.extend(ConversationConfig.shape).extend(TwilioConfig.shape), env)
  const domain = openDomain(config, 'api')
  const { store } = domain
  return {
    ...openConversations(domain, config),
    config,
    load: openLoader(store),
    roster: openRoster(() => fleet(store, systemClock()), systemClock),
    newRequestId: randomUUID,
    pause,
  }
}
