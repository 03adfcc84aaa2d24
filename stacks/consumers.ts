/** What queues feed: conversations from the events of linked sessions, and the reader of orders. */
import type { Environments } from './environment.ts'
import { type Lambda, lambda } from './lambda.ts'
import { feedFrom, type Statement, sendCommands, sendTo, table } from './permissions.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import { READERS, type Stage } from './stage.ts'
import type { Tables } from './storage.ts'

type Parts = { tables: Tables; commands: Commands; jobs: Jobs; secrets: Secrets; environment: Environments }

/** What conversations are written and answered with, whoever does it. */
export const conversationWork = ({
  tables,
  commands,
  jobs,
}: Pick<Parts, 'tables' | 'commands' | 'jobs'>): Statement[] => [
  table(tables.main, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'),
  table(tables.messages, 'GetItem', 'PutItem', 'UpdateItem'),
  table(tables.events, 'PutItem'),
  sendCommands(commands),
  sendTo(jobs.live.live, jobs.webhooks.live),
]

export function consumers(stage: Stage, parts: Parts): Lambda[] {
  const { jobs, secrets, environment } = parts
  const feed = lambda('Feed', stage, {
    description: 'Conversations from the events of linked sessions',
    handler: 'functions/consumers/events-handler.handler',
    memory: '512 MB',
    timeout: '30 seconds',
    environment: environment.orders,
    link: [secrets.sealed, secrets.content],
    permissions: [...conversationWork(parts), feedFrom(jobs.events.live), sendTo(jobs.orders.live)],
  })
  const orders = lambda('Orders', stage, {
    description: 'Reads orders with the model',
    handler: 'functions/consumers/orders-handler.handler',
    memory: '512 MB',
    timeout: '60 seconds',
    environment: environment.orders,
    link: [secrets.sealed, secrets.content],
    permissions: [...conversationWork(parts), feedFrom(jobs.orders.live)],
  })
  jobs.events.live.subscribe(feed.arn, { batch: { size: 10, partialResponses: true } })
  jobs.orders.live.subscribe(orders.arn, {
    batch: { size: 10, partialResponses: true },
    transform: { eventSourceMapping: { scalingConfig: { maximumConcurrency: READERS } } },
  })
  return [feed, orders]
}
