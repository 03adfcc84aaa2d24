/** The domain as the environment has it, the same for every function. */
import type { Domain } from '#core/domain.ts'
import { dynamoClient, sqsClient, tableNames } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import type { PlatformConfig } from '#core/platform/config.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { newMessageId, newSessionId, risingIds } from '#core/platform/id.ts'
import { notes } from '#core/platform/notes.ts'
import { openCommands } from '#core/platform/queue.ts'
import { retentionOf } from '#core/retention.ts'

/** @param part how it is named in the log */
export function openDomain(config: PlatformConfig, part: string): Domain {
  const now = systemClock
  const newUlid = risingIds()
  return {
    store: openStore(dynamoClient(config), tableNames(config), now),
    commands: openCommands(sqsClient(config), {
      urlTemplate: config.COMMAND_QUEUE_URL,
      now,
    }),
    log: notes(config.LOG_LEVEL, { part }),
    retention: retentionOf(config),
    shards: config.SHARDS,
    newSessionId,
    newMessageId,
    newEventId: () => newUlid(now()),
  }
}
