/**
 * What the webhook of Twilio works with, from the environment. The queue's client is loaded only where there is a model
 * to hand messages on to, and only when the first of them comes.
 */
import { randomUUID } from 'node:crypto'
import { guesses } from '#core/conversation/guesses.ts'
import { handingOn } from '#core/conversation/hand-on.ts'
import { conversationTtl, HookConfig } from '#core/conversation/hook-config.ts'
import { turns } from '#core/conversation/turns.ts'
import { nobody } from '#core/live/tell.ts'
import { tellingStore } from '#core/live/telling.ts'
import { dynamoClient, sqsClient, tableNames } from '#core/platform/aws.ts'
import { readConfig } from '#core/platform/base-config.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { risingIds } from '#core/platform/id.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { notes } from '#core/platform/notes.ts'
import { retentionOf } from '#core/retention.ts'
import { openWebhooks } from '#core/webhook/tell.ts'
import type { TwilioHook } from './twilio.ts'

/** @throws Error with one line per value of the environment that is missing or wrong */
export function hookFromEnv(env: NodeJS.ProcessEnv): TwilioHook {
  const config = readConfig(HookConfig, env)
  const newUlid = risingIds()
  const log = notes(config.LOG_LEVEL, { part: 'twilio' })
  const store = openStore(dynamoClient(config), tableNames(config), systemClock)
  const webhooks = (url: string) => openWebhooks(openJobs(sqsClient(config), url), log)
  return {
    desk: {
      store: config.WEBHOOKS_QUEUE_URL
        ? tellingStore(store, nobody, webhooks(config.WEBHOOKS_QUEUE_URL))
        : store,
      retention: retentionOf(config),
      conversationTtl: conversationTtl(config),
      newConversationId: randomUUID,
      newEventId: () => newUlid(),
      guesses: guesses(),
    },
    accountId: config.TWILIO_CHANNEL_ACCOUNT,
    authTokens: config.TWILIO_AUTH_TOKEN,
    publicOrigin: config.PUBLIC_ORIGIN,
    reading: {
      turns: turns(),
      later: handingOn(config),
      answerWithin: config.TWILIO_ANSWER_WITHIN_MS,
      log,
    },
  }
}
