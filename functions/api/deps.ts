/**
 * What the functions work with, made from the environment: the same for Lambda and for one machine. Tests put their
 * own parts together instead.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ConversationConfig, TwilioConfig } from '#core/conversation/config.ts'
import { type Opened, openConversations } from '#core/conversation/open.ts'
import type { Domain } from '#core/domain.ts'
import { fleet } from '#core/lease.ts'
import { dynamoClient, sqsClient, tableNames } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { ApiConfig, readConfig } from '#core/platform/config.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { newMessageId, newSessionId, risingIds } from '#core/platform/id.ts'
import { type Loader, openLoader } from '#core/platform/loader.ts'
import { logger } from '#core/platform/log.ts'
import { openCommands } from '#core/platform/queue.ts'
import { retentionOf } from '#core/retention.ts'
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
  const now = systemClock
  const store = openStore(dynamoClient(config), tableNames(config), now)
  const newUlid = risingIds()
  const domain: Domain = {
    store,
    commands: openCommands(sqsClient(config), {
      urlTemplate: config.COMMAND_QUEUE_URL,
      shards: config.SHARDS,
      now,
    }),
    log: logger(config.LOG_LEVEL, { part: 'api' }),
    retention: retentionOf(config),
    shards: config.SHARDS,
    newSessionId,
    newMessageId,
    newEventId: () => newUlid(now()),
  }
  return {
    ...openConversations(domain, config),
    config,
    load: openLoader(store),
    roster: openRoster(() => fleet(store, now()), now),
    newRequestId: randomUUID,
    pause,
  }
}
