/**
 * The real API over a real DynamoDB and real SQS queues, for tests: the clock and the ids are the test's own, calls of
 * AWS are counted, and a session can be put into any state as a connector would.
 */

import { pathToFileURL } from 'node:url'
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { startFauxqs } from 'fauxqs'
import type * as z from 'zod'
import { openEdge } from '#core/access/edge.ts'
import { openJwts } from '#core/access/jwt.ts'
import { openRates } from '#core/access/rate.ts'
import type { Chat } from '#core/chat.ts'
import { decode, type Envelope } from '#core/contract/command.ts'
import { ConversationConfig, TwilioConfig } from '#core/conversation/config.ts'
import { openConversations } from '#core/conversation/open.ts'
import { claim, fleet, register, untouched } from '#core/lease.ts'
import { tellingStore } from '#core/live/telling.ts'
import { openLinks } from '#core/media/link.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { iso } from '#core/platform/clock.ts'
import type { Key } from '#core/platform/dynamo.ts'
import { openLoader } from '#core/platform/loader.ts'
import { openObjects } from '#core/platform/objects/index.ts'
import { openCommands, queueUrl } from '#core/platform/queue.ts'
import { sealProxy } from '#core/proxy.ts'
import type { Session } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { openVault } from '#core/webhook/vault.ts'
import { api } from '../../functions/api/app.ts'
import type { Deps } from '../../functions/api/deps.ts'
import type { MessageRecord, MessageView } from '../../functions/api/messages/view.ts'
import { openRoster } from '../../functions/api/roster.ts'
import type { SessionDetails, SessionSummary } from '../../functions/api/sessions/view.ts'
import { ensureQueues } from '../../local/queues.ts'
import { sdkSqs } from '../../local/sdk.ts'
import { countCalls } from './calls.ts'
import { TABLE_NAMES } from './database.ts'
import { testDomain } from './domain.ts'
import { temporaryFolder } from './folder.ts'

export type World = Awaited<ReturnType<typeof apiWorld>>
type Body = Record<string, unknown>
/** What answers hold, all calls taken together: each test knows which part its call gives. */
type Answer = {
  status: number
  headers: Headers
  text: string
  body: {
    code: string
    details: { issues: { in: string; path: string; message: string }[] } & Record<string, unknown>
    session: z.infer<typeof SessionDetails>
    sessions: z.infer<typeof SessionSummary>[]
    message: z.infer<typeof MessageRecord>
    messages: z.infer<typeof MessageView>[]
    chats: Chat[]
    events: { id: string; type: string }[]
    total: number
    status: string | number
    pending: { setting: string; needs: string }[]
    nextCursor: string | null
    qrCode: string
  }
}

/** `env` is what a deployment would set for conversations and Twilio. */
export async function apiWorld(options: { now?: number; env?: Record<string, string> } = {}) {
  await using stack = new AsyncDisposableStack()
  const domain = stack.use(await testDomain(options.now))
  const files = stack.use(temporaryFolder())
  const queues = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  stack.defer(() => queues.stop())
  const endpoint = `http://127.0.0.1:${queues.port}`
  const sqs = sdkSqs('us-east-1', endpoint)
  const ours = sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: endpoint })
  stack.use(ours)
  const urlTemplate = await ensureQueues(sqs, endpoint, domain.shards)
  const calls = { database: 0, queue: 0 }
  countCalls(domain.db.dynamo, () => calls.database++)
  countCalls(ours, () => calls.queue++)
  const now = () => domain.clock.now
  let requests = 0
  const told: string[] = []
  const woken: Key[] = []

  const commands = openCommands(ours, { urlTemplate, now })
  const conversations = ConversationConfig.extend(TwilioConfig.shape).parse(options.env ?? {})
  const live: Deps['live'] = {
    async tell(sessions) {
      told.push(...sessions.map(({ id }) => id))
    },
  }
  const deps: Deps = {
    ...openConversations(
      { ...domain.domain, commands, store: tellingStore(domain.store, live) },
      { ...conversations, PUBLIC_ORIGIN: 'http://127.0.0.1:3000' },
    ),
    config: { PUBLIC_ORIGIN: 'http://127.0.0.1:3000' },
    live,
    webhooks: {
      vault: openVault(['11'.repeat(32)]),
      wake: async (key) => void woken.push(key),
    },
    sealProxy: (accountId, proxy) => sealProxy(['11'.repeat(32)], accountId, proxy),
    media: {
      objects: openObjects({ MEDIA_STORE: pathToFileURL(files.path).toString(), AWS_REGION: 'us-east-1' }),
      links: openLinks(domain.store, 'http://127.0.0.1:3000'),
      reach: 'loopback',
    },
    parcelKeys: ['11'.repeat(32)],
    rates: openRates(domain.store),
    jwts: openJwts(['22'.repeat(32)], now),
    viewer: openEdge(['33'.repeat(32), '44'.repeat(32)]),
    load: openLoader(domain.store),
    roster: openRoster(() => fleet(domain.store, now()), now),
    newRequestId: () => `request-${++requests}`,
    pause: async (ms) => {
      domain.clock.now += ms
    },
  }
  const app = api(deps)

  /** A connector that holds every shard, alive until `until`. */
  const connectorAlive = async (until = domain.clock.now + 3_600_000) => {
    const record = {
      id: 'c1',
      boot: 'b',
      startedAt: iso(now()),
      beatAt: iso(now()),
      draining: false,
      sessions: 2,
    }
    const shards = Array.from({ length: domain.shards }, (_, shard) => shard)
    await register(domain.store, { ...record, until, shards })
    for (const shard of shards) await claim(domain.store, untouched(shard), 'c1')
  }
  const record = async (id: string, change: Omit<Sessions.StateChange, 'epoch'>) => {
    const session = await Sessions.find(domain.store, id)
    if (!session) throw new Error(`no session ${id}`)
    const written = await Sessions.recordState(
      domain.store,
      domain.retention,
      session,
      { epoch: 1, ...change },
      [],
    )
    if (written !== 'written') throw new Error(`session ${id} is fenced`)
  }
  const request = async (
    method: string,
    path: string,
    body?: Body,
    init: { token?: string; headers?: Body } = {},
  ) => {
    const answer = await app.request(path, {
      method,
      headers: {
        ...(init.token === '' ? {} : { authorization: `Bearer ${init.token ?? 'token-acme'}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(init.headers as Record<string, string>),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const { status, headers } = answer
    const text = await answer.text()
    const isJson = headers.get('content-type')?.includes('json')
    return { status, headers, text, body: isJson ? JSON.parse(text) : undefined } as Answer
  }

  await domain.account('acme')
  await domain.account('other')
  await connectorAlive()
  stack.defer(() => sqs.destroy())
  const resources = stack.move()
  return {
    ...domain,
    deps,
    app,
    /** Sessions that live connections were told of. */
    told,
    woken,
    calls,
    sqs,
    /** What a function finds in its environment to work on the same tables and queues. */
    env: {
      AWS_REGION: 'us-east-1',
      DYNAMODB_ENDPOINT: domain.db.endpoint,
      SQS_ENDPOINT: endpoint,
      MAIN_TABLE: TABLE_NAMES.main,
      EVENTS_TABLE: TABLE_NAMES.events,
      MESSAGES_TABLE: TABLE_NAMES.messages,
      DEVICES_TABLE: TABLE_NAMES.devices,
      COMMAND_QUEUE_URL: urlTemplate,
      WEBHOOK_KEY: '11'.repeat(32),
      WEBHOOKS_QUEUE_URL: `${endpoint}/000000000000/webhooks`,
      DELIVERIES_QUEUE_URL: `${endpoint}/000000000000/deliveries`,
      SHARDS: `${domain.shards}`,
    },
    record,
    connectorAlive,
    request,
    /** A session of this account as far as the connector of a linked phone would have brought it. */
    async connected(accountId = 'acme'): Promise<Session> {
      const session = await Sessions.intend(deps, await domain.session(accountId), 'start')
      await record(session.id, {
        doneIntent: 1,
        state: { status: 'connected', linked: true, phoneNumber: '+4915100000001', connectedAt: iso(now()) },
      })
      return (await Sessions.find(domain.store, session.id)) as Session
    },
    /** Takes every command that waits in the queues. */
    async commands(): Promise<Envelope[]> {
      const taken: Envelope[] = []
      for (let shard = 0; shard < domain.shards; shard++)
        taken.push(...(await drain(sqs, queueUrl(urlTemplate, shard))))
      return taken
    },
    close: () => resources.disposeAsync(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function drain(sqs: ReturnType<typeof sdkSqs>, QueueUrl: string): Promise<Envelope[]> {
  const taken: Envelope[] = []
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    if (Messages.length === 0) return taken
    taken.push(...Messages.map(({ Body = '' }) => decode(Body)))
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
}
