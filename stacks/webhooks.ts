/**
 * Webhooks: news from the connector finds its endpoints, each endpoint is brought up to date by itself, a few in
 * one invocation, so that a slow one holds up nobody, and a timed job wakes those whose time has come.
 */
import { CATCH_UP_EVERY } from '../core/conversation/schedule.ts'
import type { Environments } from './environment.ts'
import { type Lambda, lambda } from './lambda.ts'
import { feedFrom, READING, sendTo, table, WRITING } from './permissions.ts'
import type { Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

/** Invocations at the same time, with a few endpoints each; what an account of AWS may run at once is left to the API as well. */
const DRAINS = 300

type Parts = { tables: Tables; jobs: Jobs; secrets: Secrets; environment: Environments }

export function webhooks(stage: Stage, parts: Parts): Lambda[] {
  const { tables, jobs, secrets, environment } = parts
  const fanOut = lambda('FanOut', stage, {
    description: 'Finds the webhooks that are to hear of news',
    handler: 'functions/consumers/news-handler.handler',
    memory: '512 MB',
    timeout: '30 seconds',
    environment: environment.fanOut,
    permissions: [
      table(tables.main, 'Query', 'UpdateItem', 'BatchWriteItem'),
      feedFrom(jobs.webhooks.live),
      sendTo(jobs.deliveries.live),
    ],
  })
  const deliveries = lambda('Deliveries', stage, {
    description: 'Posts events to webhooks',
    handler: 'functions/consumers/deliveries-handler.handler',
    memory: '512 MB',
    timeout: '55 seconds',
    environment: environment.deliveries,
    link: [secrets.webhooks, secrets.content],
    permissions: [
      table(tables.main, ...READING, 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
      table(tables.events, 'Query', 'BatchGetItem', 'PutItem'),
      feedFrom(jobs.deliveries.live),
      sendTo(jobs.webhooks.live, jobs.deliveries.live),
    ],
  })
  const rouse = lambda('Rouse', stage, {
    description: 'Wakes webhooks whose time has come, and those that news did not reach',
    handler: 'functions/cron/webhooks-handler.handler',
    memory: '512 MB',
    timeout: '55 seconds',
    environment: environment.fanOut,
    link: [secrets.webhooks, secrets.content],
    permissions: [
      table(tables.main, ...READING, ...WRITING),
      table(tables.events, 'Query'),
      sendTo(jobs.deliveries.live),
    ],
  })
  jobs.webhooks.live.subscribe(fanOut.arn, { batch: { size: 10, partialResponses: true } })
  jobs.deliveries.live.subscribe(deliveries.arn, {
    batch: { size: 5, partialResponses: true },
    transform: { eventSourceMapping: { scalingConfig: { maximumConcurrency: DRAINS } } },
  })
  new sst.aws.CronV2('RouseSchedule', {
    schedule: 'rate(1 minute)',
    function: rouse.arn,
    event: { catchUp: 'no' },
  })
  new sst.aws.CronV2('BehindSchedule', {
    schedule: `rate(${CATCH_UP_EVERY} minutes)`,
    function: rouse.arn,
  })
  return [fanOut, deliveries, rouse]
}
