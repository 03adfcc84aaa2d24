/**
 * Webhooks as they run in a deployment: real DynamoDB, real SQS queues, and the consumers in a process of their own that
 * can be killed. Time is the machine's.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import * as Accounts from '#core/account.ts'
import type { Event } from '#core/contract/event.ts'
import type { Domain } from '#core/domain.ts'
import { append } from '#core/log.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { newMessageId, newSessionId, risingIds } from '#core/platform/id.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { logger } from '#core/platform/log.ts'
import { Settings } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import type { Endpoint } from '#core/webhook/endpoint.ts'
import { type Choices, create, type Owner } from '#core/webhook/manage.ts'
import { newsTeller } from '#core/webhook/queues.ts'
import { openVault } from '#core/webhook/vault.ts'
import { ensureJobQueues, startEmbeddedQueues } from '../../local/queues.ts'
import { sdkSqs } from '../../local/sdk.ts'
import { database, TABLE_NAMES } from './database.ts'
import { RETENTION } from './domain.ts'

const KEY = '11'.repeat(32)
const ACCOUNT = 'acme'

/** @param options.leaseMs how long an endpoint waits for consumers that were killed */
export async function webhookSystem(options: { leaseMs?: number } = {}) {
  await using stack = new AsyncDisposableStack()
  const { leaseMs = 60_000 } = options
  const db = stack.use(await database())
  const queues = stack.use(await startEmbeddedQueues())
  const sdk = sdkSqs('us-east-1', queues.endpoint)
  stack.defer(() => sdk.destroy())
  const jobs = await ensureJobQueues(sdk, queues.endpoint)
  for (const QueueUrl of [jobs.webhooks, jobs.deliveries]) {
    const Attributes = { VisibilityTimeout: `${Math.ceil((leaseMs + 50) / 1_000)}` }
    await sdk.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }))
  }
  const sqs = stack.use(sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: queues.endpoint }))
  const tell = newsTeller(openJobs(sqs, jobs.webhooks))
  const newUlid = risingIds()
  const { store } = db
  const domain = {
    store,
    retention: RETENTION,
    log: logger('silent'),
    shards: 4,
    newSessionId,
    newMessageId,
    newEventId: () => newUlid(),
    commands: { send: async () => undefined, check: async () => undefined },
  } satisfies Domain
  await Accounts.ensure(store, { id: ACCOUNT, plan: 'enterprise' }, 'token')
  const vault = openVault([KEY])
  const env = {
    ...process.env,
    AWS_REGION: 'us-east-1',
    DYNAMODB_ENDPOINT: db.endpoint,
    SQS_ENDPOINT: queues.endpoint,
    MAIN_TABLE: TABLE_NAMES.main,
    EVENTS_TABLE: TABLE_NAMES.events,
    MESSAGES_TABLE: TABLE_NAMES.messages,
    DEVICES_TABLE: TABLE_NAMES.devices,
    COMMAND_QUEUE_URL: 'http://127.0.0.1:1/{shard}',
    WEBHOOKS_QUEUE_URL: jobs.webhooks,
    DELIVERIES_QUEUE_URL: jobs.deliveries,
    WEBHOOK_KEY: KEY,
    WEBHOOK_REACH: 'loopback',
    PUBLIC_ORIGIN: 'http://127.0.0.1:3000',
    WEBHOOK_LEASE_MS: `${leaseMs}`,
    LOG_LEVEL: 'error',
  }
  let child: ChildProcess | undefined
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  stack.defer(kill)
  const owned = stack.move()

  return {
    store,
    newEventId: domain.newEventId,
    session: () =>
      Sessions.create(domain, { accountId: ACCOUNT, name: 'line', settings: Settings.parse({}) }),
    endpoint: async (
      owner: Pick<Owner, 'sessionId'>,
      choices: Partial<Choices> & { url: string },
    ): Promise<Endpoint> =>
      (
        await create(
          { store, vault },
          { accountId: ACCOUNT, ...owner },
          { events: ['message.*'], active: true, headers: [], ...choices },
        )
      ).endpoint,
    /** Stores events and tells of them, as a connector does. */
    async happen(events: Event[]): Promise<void> {
      await append(store, RETENTION, events)
      const streams = [...new Set(events.map(({ sessionId }) => sessionId))]
      const types = [...new Set(events.map(({ type }) => type))]
      await tell(streams.map((stream) => ({ accountId: ACCOUNT, stream, types })))
    },
    /** Starts the consumers. */
    async start(): Promise<void> {
      const started = fork(join(import.meta.dirname, 'webhook-consumers.ts'), { env })
      child = started
      await new Promise((resolve) => started.once('message', resolve))
    },
    kill,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
