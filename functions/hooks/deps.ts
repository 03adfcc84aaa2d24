/**
 * What the webhook of Twilio works with, from the environment. The queue's client is loaded only where there is a model
 * to hand messages on to, and only when the first of them comes.
 */
import { randomUUID } from 'node:crypto'
import { guesses } from '#core/conversation/guesses.ts'
import { handingOn } from '#core/conversation/hand-on.ts'
import { conversationTtl, HookConfig } from '#core/conversation/hook-config.ts'
import { turns } from '#core/conversation/turns.ts'
import { dynamoClient, tableNames } from '#core/platform/aws.ts'
import { readConfig } from '#core/platform/base-config.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { risingIds } from '#core/platform/id.ts'
import { notes } from '#core/platform/notes.ts'
import { retentionOf } from '#core/retention.ts'
import type { TwilioHook } from './twilio.ts'

/** @throws Error with one line per value of the environment that is missing or wrong */
export function hookFromEnv(env: NodeJS.ProcessEnv): TwilioHook {
  const config = readConfig(HookConfig, env)
  const newUlid = risingIds()
  return {
    desk: {
      store: openStore(dynamoClient(config), tableNames(config), systemClock),
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
      log: notes(config.LOG_LEVEL, { part: 'twilio' }),
    },
  }
}
