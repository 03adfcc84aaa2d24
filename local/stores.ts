/**
 * Where everything is kept on one machine: the embedded database and queues, or the compatible engines that the
 * settings name. When this is through, tables and queues exist and answer.
 */
import { join } from 'node:path'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { tableNames } from '#core/platform/aws.ts'
import { PlatformConfig, readConfig } from '#core/platform/config.ts'
import type { Log } from '#core/platform/log.ts'
import type { JobKind } from '#core/queues.ts'
import { keepDatabase } from './database.ts'
import { type Environment, platformEnvironment, SHARDS } from './environment.ts'
import { every } from './every.ts'
import { given, orRefuse } from './given.ts'
import { ensureJobQueues, ensureQueues, queuesComplete } from './queues.ts'
import { Refusal } from './refusal.ts'
import { sdkDynamo, sdkSqs } from './sdk.ts'
import type { Settings } from './settings.ts'
import { startEmbeddedQueues } from './sqs.ts'
import { createTables } from './tables.ts'

const LOOK_FOR_QUEUES_MS = 10_000

export const databaseFile = (dataDir: string): string => join(dataDir, 'dynamodb.db')

export type Stores = { environment: Environment; jobs: Record<JobKind, string> } & AsyncDisposable

/** `onDatabase` hears the process id of the embedded database, each time it is started. */
export async function openStores(
  settings: Settings,
  log: Log,
  onDatabase: (pid: number) => void,
): Promise<Stores> {
  await using opened = new AsyncDisposableStack()
  const file = databaseFile(settings.DATA_DIR)
  const database =
    settings.DYNAMODB_ENDPOINT ?? opened.use(await keepDatabase({ file, log, onStart: onDatabase })).endpoint
  const queues = settings.SQS_ENDPOINT ?? opened.use(await startEmbeddedQueues()).endpoint
  const region = process.env.AWS_REGION ?? 'us-east-1'

  const sqs = sdkSqs(region, queues)
  opened.defer(() => sqs.destroy())
  const create = () => Promise.all([ensureQueues(sqs, queues, SHARDS), ensureJobQueues(sqs, queues)])
  const [queueUrl, jobs] = await answering('queue engine', 'SQS_ENDPOINT', create)
  const environment = platformEnvironment(
    {
      database,
      queues,
      queueUrl,
      eventsUrl: jobs.events,
      liveUrl: jobs.live,
      webhooksUrl: jobs.webhooks,
      deliveriesUrl: jobs.deliveries,
    },
    settings,
  )

  const config = orRefuse(() => readConfig(PlatformConfig, { ...given(), ...environment }))
  const dynamo = sdkDynamo(region, config.DYNAMODB_ENDPOINT)
  opened.defer(() => dynamo.destroy())
  await answering('database', 'DYNAMODB_ENDPOINT', () => createTables(dynamo, tableNames(config)))

  opened.use(every(LOOK_FOR_QUEUES_MS, 'queues', log, () => createForgotten(sqs, create, log)))
  const all = opened.move()
  return { environment, jobs, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

async function createForgotten(sqs: SQSClient, create: () => Promise<unknown>, log: Log): Promise<void> {
  if (await queuesComplete(sqs, SHARDS)) return
  log.warn('the queue engine forgot queues, they are created again')
  await create()
}

async function answering<T>(what: string, setting: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!process.env[setting]) throw error
    const cause = error instanceof Error ? error.message || error.name : String(error)
    throw new Refusal(`The ${what} that ${setting} names cannot be used: ${cause}`)
  }
}
