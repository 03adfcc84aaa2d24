/** What fan-out, deliveries and their sweep work with, from the environment: the same on Lambda and on one machine. */

import { openLinks } from '#core/media/link.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { readConfig } from '#core/platform/config.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { openOutbound } from '#core/platform/outbound.ts'
import { DeliveryConfig, FanOutConfig, SweepConfig } from '#core/webhook/config.ts'
import type { Desk } from '#core/webhook/desk.ts'
import { newsTeller, type Wake, waker } from '#core/webhook/queues.ts'
import { openShared } from '#core/webhook/shared.ts'
import { openVault } from '#core/webhook/vault.ts'
import { openDomain } from '../domain.ts'

export type FanOutDeps = Pick<Desk, 'store' | 'log'> & { wake: Wake }

export function fanOutFromEnv(env: NodeJS.ProcessEnv, part: string): FanOutDeps {
  const config = readConfig(FanOutConfig, env)
  const { store, log } = openDomain(config, part)
  return { store, log, wake: waker(openJobs(sqsClient(config), config.DELIVERIES_QUEUE_URL)) }
}

/** For the timed job: it also seals secrets anew. */
export function sweepFromEnv(env: NodeJS.ProcessEnv): FanOutDeps & { keys: readonly string[] } {
  return { ...fanOutFromEnv(env, 'webhooks'), keys: readConfig(SweepConfig, env).WEBHOOK_KEY }
}

export function deliveriesFromEnv(env: NodeJS.ProcessEnv): Desk {
  const config = readConfig(DeliveryConfig, env)
  const { store, log, retention, newEventId } = openDomain(config, 'deliveries')
  const sqs = sqsClient(config)
  const tell = newsTeller(openJobs(sqs, config.WEBHOOKS_QUEUE_URL))
  return {
    store,
    log,
    retention,
    newEventId,
    random: Math.random,
    leaseMs: config.WEBHOOK_LEASE_MS,
    outbound: openOutbound({ reach: config.WEBHOOK_REACH, timeLimit: config.WEBHOOK_TIME_LIMIT_MS }),
    vault: openVault(config.WEBHOOK_KEY),
    shared: openShared(store, openLinks(store, config.PUBLIC_ORIGIN)),
    wake: waker(openJobs(sqs, config.DELIVERIES_QUEUE_URL)),
    tell: (stream) => tell([stream]),
  }
}
