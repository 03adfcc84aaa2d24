/**
 * Consumers of webhooks that are killed at random, while events are written and receivers fail now and then: every event
 * arrives everywhere, each chat in its order, and the log of deliveries says what the receivers have seen.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import * as Accounts from '#core/account.ts'
import type { Event } from '#core/contract/event.ts'
import type { Domain } from '#core/domain.ts'
import { append } from '#core/log.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { newMessageId, newSessionId, risingIds } from '#core/platform/id.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { logger } from '#core/platform/log.ts'
import { Settings } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import * as Deliveries from '#core/webhook/deliveries.ts'
import { create } from '#core/webhook/manage.ts'
import { newsTeller } from '#core/webhook/queues.ts'
import { openVault } from '#core/webhook/vault.ts'
import { ensureJobQueues, startEmbeddedQueues } from '../../local/queues.ts'
import { sdkSqs } from '../../local/sdk.ts'
import { database, TABLE_NAMES } from '../support/database.ts'
import { RETENTION } from '../support/domain.ts'
import { received } from '../support/events.ts'
import { until } from '../support/until.ts'
import { type Receiver, receiver } from '../support/webhooks.ts'
import { chance } from './chance.ts'

const KEY = '11'.repeat(32)
const [LEASE_MS, VISIBLE_AFTER_S] = [900, 1]
const [ROUNDS, PER_ROUND, CHATS, KILLS] = [30, 20, 6, 25]

test('killed again and again, they lose nothing, keep the order of each chat and tell the truth', async () => {
  await using stack = new AsyncDisposableStack()
  const random = chance(Number(process.env.SEED ?? 5))
  const db = stack.use(await database())
  const queues = stack.use(await startEmbeddedQueues())
  const sdk = sdkSqs('us-east-1', queues.endpoint)
  stack.defer(() => sdk.destroy())
  const jobs = await ensureJobQueues(sdk, queues.endpoint)
  for (const QueueUrl of [jobs.webhooks, jobs.deliveries]) {
    const Attributes = { VisibilityTimeout: `${VISIBLE_AFTER_S}` }
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
  await Accounts.ensure(store, { id: 'acme', plan: 'enterprise' }, 'token')
  const make = () =>
    Sessions.create(domain, { accountId: 'acme', name: 'line', settings: Settings.parse({}) })
  const sessions = await Promise.all([make(), make(), make()])
  await pause(2)

  const steady = stack.use(await receiver())
  let count = 0
  const flapping = stack.use(
    await receiver((response) => void response.writeHead(++count % 9 === 4 ? 500 : 200).end()),
  )
  const ofAll = stack.use(await receiver())
  const parts = { store, vault: openVault([KEY]) }
  const choices = { events: ['message.*'], active: true, headers: [] }
  const retries = { policy: 'constant' as const, delaySeconds: 1, attempts: 20 }
  const [first] = sessions
  const own = { accountId: 'acme', sessionId: first.id }
  const endpoints = [
    await create(parts, own, { ...choices, url: steady.url }),
    await create(parts, own, { ...choices, url: flapping.url, retries }),
    await create(parts, { accountId: 'acme' }, { ...choices, url: ofAll.url }),
  ].map(({ endpoint }) => endpoint)

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
    WEBHOOK_LEASE_MS: `${LEASE_MS}`,
    LOG_LEVEL: 'error',
  }
  let child: ChildProcess
  const start = async () => {
    child = fork(join(import.meta.dirname, 'webhook-child.ts'), { env })
    await new Promise((resolve) => child.once('message', resolve))
  }
  const kill = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  await start()
  stack.defer(kill)

  const all: Event[] = []
  const writing = (async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const events = Array.from({ length: PER_ROUND }, (_, n) => {
        const chatId = `49151000000${10 + (n % CHATS)}@s.whatsapp.net`
        return received(sessions[n % 3]!, systemClock(), { chatId }, newUlid())
      })
      all.push(...events)
      await append(store, RETENTION, events)
      await tell(sessions.map(({ id }) => ({ accountId: 'acme', stream: id, types: ['message.received'] })))
      await pause(100)
    }
  })()
  for (let n = 0; n < KILLS; n++) {
    await pause(random.between(50, 400))
    await kill()
    await start()
  }
  await writing

  const wanted = [
    [steady, all.filter(({ sessionId }) => sessionId === first.id)],
    [flapping, all.filter(({ sessionId }) => sessionId === first.id)],
    [ofAll, all],
  ] as const
  for (const [to, events] of wanted)
    await until('everything has arrived', () => new Set(taken(to)).size === events.length, {
      withinMs: 90_000,
      everyMs: 200,
    })
  for (const [to, events] of wanted) {
    expect(new Set(taken(to))).toEqual(new Set(events.map(({ id }) => id)))
    for (const inChat of chatsOf(to)) expect(inChat).toEqual(inChat.toSorted())
  }
  for (const [index, endpoint] of endpoints.entries())
    await until('the log says that all of it was delivered', async () => {
      const delivered = await statuses(endpoint.id)
      return wanted[index]?.[1].every(({ id }) => delivered.get(id) === 'delivered')
    })

  async function statuses(endpointId: string): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    let cursor: string | undefined
    do {
      const page = await Deliveries.list(store, endpointId, { limit: 500, cursor })
      for (const { eventId, status } of page.items) found.set(eventId, status)
      cursor = page.cursor
    } while (cursor)
    return found
  }
}, 240_000)

/** Requests that were answered well; the flapping one refuses every ninth. */
const answered = (to: Receiver) => to.requests.filter(({ status }) => status !== undefined && status < 300)
const taken = (to: Receiver): string[] => [...new Set(answered(to).map(({ body }) => body.id))]
/** Ids of each chat, in the order in which they were taken for the first time. */
const chatsOf = (to: Receiver): string[][] =>
  [
    ...Map.groupBy(answered(to), ({ body }) => {
      const { chatId } = body.payload.message as { chatId: string }
      return `${body.sessionId} ${chatId}`
    }).values(),
  ].map((requests) => [...new Set(requests.map(({ body }) => body.id))])
