/** The consumers of webhooks as a process of their own, to be killed: the same that one machine and Lambda run. */
import { sqsClient } from '#core/platform/aws.ts'
import { logger } from '#core/platform/log.ts'
import { deliveriesConsumer, newsConsumer } from '../../functions/consumers/webhooks.ts'
import { deliveriesFromEnv, fanOutFromEnv } from '../../functions/consumers/webhooks-deps.ts'
import { rouse } from '../../functions/cron/webhooks.ts'
import { consumeQueue } from '../../local/consumers.ts'
import { every } from '../../local/every.ts'

const { env } = process
const log = logger('error')
const sqs = sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: env.SQS_ENDPOINT })
const fanOut = fanOutFromEnv(env, 'webhooks')
const common = { sqs, parallel: 1, log }
consumeQueue({ ...common, url: env.WEBHOOKS_QUEUE_URL ?? '', consume: newsConsumer(fanOut) })
consumeQueue({
  ...common,
  url: env.DELIVERIES_QUEUE_URL ?? '',
  consume: deliveriesConsumer(deliveriesFromEnv(env)),
  apart: 20,
})
every(500, 'webhooks', log, () => rouse(fanOut, { catchUp: true }))
process.on('disconnect', () => process.exit(0))
process.send?.({ type: 'ready' })
