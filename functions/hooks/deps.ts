/**
 * What the webhook of Twilio works with, from the environment. The queue's client is loaded only where there is a model
 * to hand messages on to, and only when the first of them comes.
 */
import { randomUUID } from 'node:crypto'
import type { OrderJob } from '#core/contract/job.ts'
import { conversationTtl, HookConfig } from '#core/conversation/config.ts'
import type { Warns } from '#core/conversation/desk.ts'
import type { Reading } from '#core/conversation/receive.ts'
import { turns } from '#core/conversation/turns.ts'
import { dynamoClient, tableNames } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { readConfig } from '#core/platform/config.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { risingIds } from '#core/platform/id.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import { retentionOf } from '#core/retention.ts'
import { leanLog } from './log.ts'
import type { TwilioHook } from './twilio.ts'

/** @throws Error with one line per value of the environment that is missing or wrong */
export function hookFromEnv(env: NodeJS.ProcessEnv, log: Warns = leanLog()): TwilioHook {
  const config = readConfig(HookConfig, env)
  const newUlid = risingIds()
  return {
    desk: {
      store: openStore(dynamoClient(config), tableNames(config), systemClock),
      retention: retentionOf(config),
      conversationTtl: conversationTtl(config),
      newConversationId: randomUUID,
      newEventId: () => newUlid(),
    },
    accountId: config.TWILIO_CHANNEL_ACCOUNT,
    authTokens: config.TWILIO_AUTH_TOKEN,
    publicOrigin: config.PUBLIC_ORIGIN,
    reading: {
      turns: turns(),
      later: config.ORDERS_QUEUE_URL ? handingOn(config, config.ORDERS_QUEUE_URL) : undefined,
      answerWithin: config.TWILIO_ANSWER_WITHIN_MS,
      log,
    },
  }
}

function handingOn(config: HookConfig, url: string): NonNullable<Reading['later']> {
  let jobs: Jobs | undefined
  return async ({ pk, sk }) => {
    if (!jobs) {
      const { jobsClient, openJobs } = await import('#core/platform/jobs.ts')
      jobs ??= openJobs(jobsClient(config), url)
    }
    const job: OrderJob = { v: 1, seen: { pk, sk } }
    await jobs.send([{ body: JSON.stringify(job) }])
  }
}
