/** The domain as the environment has it, the same for every function. */
import type { Domain } from '#core/domain.ts'
import { type Live, nobody, openLive } from '#core/live/tell.ts'
import { tellingStore } from '#core/live/telling.ts'
import { dynamoClient, sqsClient, tableNames } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import type { PlatformConfig } from '#core/platform/config.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { newMessageId, newSessionId, risingIds } from '#core/platform/id.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { type Notes, notes } from '#core/platform/notes.ts'
import { openCommands } from '#core/platform/queue.ts'
import { retentionOf } from '#core/retention.ts'
import { noWebhooks, openWebhooks, type Webhooks } from '#core/webhook/tell.ts'

type Config = PlatformConfig & {
  LIVE_QUEUE_URL?: string | undefined
  WEBHOOKS_QUEUE_URL?: string | undefined
}

/** Tells live connections and webhooks of what it writes to logs, where there is a queue for that. */
export function openDomain(config: Config, part: string): Domain {
  const now = systemClock
  const newUlid = risingIds()
  const log = notes(config.LOG_LEVEL, { part })
  const store = openStore(dynamoClient(config), tableNames(config), now, config.CONTENT_KEY)
  return {
    store: config.LIVE_QUEUE_URL
      ? tellingStore(store, liveFrom(config, log), webhooksFrom(config, log))
      : store,
    commands: openCommands(sqsClient(config), {
      urlTemplate: config.COMMAND_QUEUE_URL,
      now,
      content: config.CONTENT_KEY,
    }),
    log,
    retention: retentionOf(config),
    shards: config.SHARDS,
    newSessionId,
    newMessageId,
    newEventId: () => newUlid(now()),
  }
}

export const liveFrom = (config: Config, log: Notes): Live =>
  config.LIVE_QUEUE_URL ? openLive(openJobs(sqsClient(config), config.LIVE_QUEUE_URL), log) : nobody

export const webhooksFrom = (config: Config, log: Notes): Webhooks =>
  config.WEBHOOKS_QUEUE_URL
    ? openWebhooks(openJobs(sqsClient(config), config.WEBHOOKS_QUEUE_URL), log)
    : noWebhooks
