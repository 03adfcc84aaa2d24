/**
 * Connectors in this process, over a real DynamoDB, real SQS queues and a real sandbox: everything but the API and the
 * process around them. Several may run at once, and each can be ended in order or as a crash would.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import * as Accounts from '#core/account.ts'
import type { Event } from '#core/contract/event.ts'
import type { Domain } from '#core/domain.ts'
import { read } from '#core/log-reader.ts'
import { findOutgoing } from '#core/message.ts'
import { dynamoClient, sqsClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { contentKey } from '#core/platform/concealed.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { newMessageId, newSessionId, risingIds } from '#core/platform/id.ts'
import { type Log, logger } from '#core/platform/log.ts'
import { openObjects } from '#core/platform/objects/index.ts'
import { openCommands } from '#core/platform/queue.ts'
import type { ProxyServer } from '#core/proxy.ts'
import { send } from '#core/send.ts'
import { type Session, Settings, type Status } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { type Connector, startConnector } from '../../connector/connector.ts'
import { Timing } from '../../connector/timing.ts'
import { ensureQueues, startEmbeddedQueues } from '../../local/queues.ts'
import { sdkSqs } from '../../local/sdk.ts'
import { type SandboxOptions, sandbox } from '../../sandbox/index.ts'
import { database, TABLE_NAMES } from './database.ts'
import { RETENTION } from './domain.ts'
import { flakyRoad } from './flaky.ts'
import { temporaryFolder } from './folder.ts'
import { assertUnderstood } from './understood.ts'
import { until } from './until.ts'

export type ConnectorWorld = Awaited<ReturnType<typeof connectorWorld>>
export type Running = Connector & { id: string; log: Log }

const SHARDS = 4
const ACCOUNT = 'acme'

export async function connectorWorld(
  options: { timing?: Partial<Timing>; sandbox?: SandboxOptions; proxy?: ProxyServer | undefined } = {},
) {
  await using stack = new AsyncDisposableStack()
  const box = stack.use(await sandbox({ receiptDelayMs: 20, ...options.sandbox }))
  stack.defer(async () => assertUnderstood(await box.control.stats()))
  const masterKey = randomBytes(32).toString('hex')
  const content = contentKey(masterKey).split(',')
  const db = stack.use(await database({ content }))
  const way = stack.use(await flakyRoad(db.endpoint))
  const client = dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: way.endpoint })
  stack.use(client)
  const queues = stack.use(await startEmbeddedQueues())
  const sqs = stack.use(sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: queues.endpoint }))
  const urlTemplate = await ensureQueues(sdkSqs('us-east-1', queues.endpoint), queues.endpoint, SHARDS)
  const newUlid = risingIds()
  const { store } = db
  const domain: Domain = {
    store,
    commands: openCommands(sqs, { urlTemplate, now: systemClock }),
    log: logger('silent'),
    retention: RETENTION,
    shards: SHARDS,
    newSessionId,
    newMessageId,
    newEventId: () => newUlid(),
  }
  await Accounts.ensure(store, { id: ACCOUNT, plan: 'enterprise' }, 'token-acme')
  const mediaStore = pathToFileURL(stack.use(temporaryFolder()).path).toString()
  const objects = openObjects({ MEDIA_STORE: mediaStore, AWS_REGION: 'us-east-1' }, undefined, content)
  const running = new Set<Running>()
  stack.defer(async () => {
    await Promise.all([...running].map((connector) => connector.stop()))
  })

  const find = async (id: string): Promise<Session> => {
    const session = await Sessions.find(store, id)
    if (!session) throw new Error(`no session ${id}`)
    return session
  }
  const events = async (id: string): Promise<Event[]> => (await read(store, id, { limit: 1_000 })).items
  const ask = async (id: string, action: Exclude<Sessions.Action, 'delete'>) =>
    Sessions.intend(domain, await find(id), action)
  const untilStatus = (id: string, status: Status, withinMs = 60_000) =>
    until(`session is ${status}`, async () => (await find(id)).state.status === status && find(id), {
      withinMs,
    })
  const qrOf = (id: string) => until('a QR', async () => (await find(id)).state.qr?.text)

  const all = stack.move()
  return {
    ...domain,
    domain,
    db,
    sqs,
    box,
    phones: box.control,
    /** The way from the connectors to the database; the test itself has a better one. */
    road: way.road,
    seen: way.seen,
    find,
    events,
    running,
    ask,
    untilStatus,
    qrOf,

    /** What a connector that is a process of its own reads from its environment. */
    environment: {
      AWS_REGION: 'us-east-1',
      DYNAMODB_ENDPOINT: way.endpoint,
      SQS_ENDPOINT: queues.endpoint,
      COMMAND_QUEUE_URL: urlTemplate,
      MAIN_TABLE: TABLE_NAMES.main,
      EVENTS_TABLE: TABLE_NAMES.events,
      MESSAGES_TABLE: TABLE_NAMES.messages,
      DEVICES_TABLE: TABLE_NAMES.devices,
      MEDIA_STORE: mediaStore,
      SHARDS: `${SHARDS}`,
      MASTER_KEY: masterKey,
      WHATSAPP: 'sandbox',
      WHATSAPP_URL: box.wsUrl,
      WHATSAPP_ROOT_KEY: box.rootKey,
    },

    /** Starts a connector and waits until it holds what is to be had. */
    async connector(id = 'c1', timing: Partial<Timing> = {}, log = logger('silent')): Promise<Running> {
      const started = startConnector({
        conversationTtl: 24 * 60 * 60 * 1000,
        id,
        boot: randomUUID(),
        server: { mode: 'sandbox', url: box.wsUrl, rootKey: box.rootKey },
        store: openStore(client, TABLE_NAMES, systemClock, content),
        database: client,
        objects,
        mediaReach: 'loopback',
        devicesTable: TABLE_NAMES.devices,
        masterKey,
        proxy: options.proxy,
        proxyReach: 'loopback',
        queues: sqs,
        queueUrlTemplate: urlTemplate,
        shards: SHARDS,
        retention: RETENTION,
        timing: Timing.parse({ ...options.timing, ...timing }),
        now: systemClock,
        log,
        onQr: () => undefined,
        onSuperseded: () => undefined,
      })
      const connector = { ...started, id, log }
      running.add(connector)
      await connector.ready
      return connector
    },

    session: (settings: Partial<Settings> = {}): Promise<Session> =>
      Sessions.create(domain, { accountId: ACCOUNT, name: 'line', settings: Settings.parse(settings) }),

    /** A session that is linked to this number, and connected. */
    async line(number: string, settings: Partial<Settings> = {}): Promise<Session> {
      const { id } = await this.session(settings)
      await ask(id, 'start')
      await box.control.scan(number, await qrOf(id))
      return untilStatus(id, 'connected')
    },

    /** As the API accepts a message. */
    async send(sessionId: string, to: string, text: string): Promise<string> {
      const { message } = await send(domain, await find(sessionId), { to, text, idempotencyKey: undefined })
      return message.id
    },

    message: (sessionId: string, id: string) => findOutgoing(store, sessionId, id),

    /** What a session was, with the reasons, oldest first. */
    async statuses(id: string): Promise<string[]> {
      return (await events(id)).flatMap(({ type, payload }) =>
        type === 'session.status'
          ? [payload.reason ? `${payload.status}: ${payload.reason}` : payload.status]
          : [],
      )
    },

    close: () => all.disposeAsync(),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
