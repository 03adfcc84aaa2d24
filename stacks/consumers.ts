/** What queues feed: conversations from the events of linked sessions, and the reader of orders. */
import type { Environments } from './environment.ts'
import { type Lambda, lambda } from './lambda.ts'
import { feedFrom, sendCommands, sendTo, table } from './permissions.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

type Parts = { tables: Tables; commands: Commands; jobs: Jobs; secrets: Secrets; environment: Environments }

/** A model that is slow or dear is not called by more than so many at a time. */
const READERS = 10

export function consumers(stage: Stage, { tables, commands, jobs, secrets, environment }: Parts): Lambda[] {
  const feed = lambda('Feed', stage, {
    description: 'Conversations from the events of linked sessions',
    handler: 'functions/consumers/events-handler.handler',
    memory: '512 MB',
    timeout: '30 seconds',
    environment: environment.orders,
    link: [secrets.sealed],
    permissions: [
      table(tables.main, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'),
      table(tables.messages, 'PutItem'),
      table(tables.events, 'PutItem'),
      feedFrom(jobs.events.live),
      sendCommands(commands),
      sendTo(jobs.orders.live),
    ],
  })
  const orders = lambda('Orders', stage, {
    description: 'Reads orders with the model',
    handler: 'functions/consumers/orders-handler.handler',
    memory: '512 MB',
    timeout: '60 seconds',
    environment: environment.orders,
    link: [secrets.sealed],
    permissions: [
      table(tables.main, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'),
      table(tables.messages, 'PutItem'),
      table(tables.events, 'PutItem'),
      feedFrom(jobs.orders.live),
      sendCommands(commands),
    ],
  })
  jobs.events.live.subscribe(feed.arn, { batch: { size: 10, partialResponses: true } })
  jobs.orders.live.subscribe(orders.arn, {
    batch: { size: 10, partialResponses: true },
    transform: { eventSourceMapping: { scalingConfig: { maximumConcurrency: READERS } } },
  })
  return [feed, orders]
}
