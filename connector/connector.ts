/**
 * A connector, put together: leases say which shards it owns, a shard has sessions and a command queue, a session has a
 * supervisor. `drain` ends it in good order; `stop` ends it as a crash would, without the crash.
 */
import { buffer } from 'node:stream/consumers'
import PQueue from 'p-queue'
import * as Chats from '#core/chat.ts'
import { contactBook } from '#core/contacts/book.ts'
import { deviceSeal, dynamoDevice } from '#core/device/index.ts'
import { openParcels } from '#core/device/parcel.ts'
import { addressOf } from '#core/jid.ts'
import * as leases from '#core/lease.ts'
import { append, keepHistory } from '#core/log.ts'
import { objectKey, sessionFolders } from '#core/media/file.ts'
import * as Messages from '#core/message.ts'
import { recordOutcome } from '#core/outcome.ts'
import type { Reach } from '#core/platform/addresses.ts'
import type { Dynamo } from '#core/platform/aws/dynamodb.ts'
import type { Sqs } from '#core/platform/aws/sqs.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import { contentKey, openConcealing } from '#core/platform/concealed.ts'
import type { Store } from '#core/platform/dynamo.ts'
import { risingIds } from '#core/platform/id.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import { openLoader } from '#core/platform/loader.ts'
import type { Log } from '#core/platform/log.ts'
import type { Metrics } from '#core/platform/metrics.ts'
import type { Objects } from '#core/platform/objects/index.ts'
import { queueUrl } from '#core/platform/queue.ts'
import { openProxy, type ProxyServer } from '#core/proxy.ts'
import type { Retention } from '#core/retention.ts'
import type { Session } from '#core/session.ts'
import { unpacked } from '#core/sessions/bring.ts'
import * as Sessions from '#core/sessions/index.ts'
import { claimNumber, releaseNumber } from '#core/sessions/number.ts'
import { sealing } from '#core/settings.ts'
import { seek } from '#core/target.ts'
import { openTimers } from '#core/timers.ts'
import { webhookKey } from '#core/webhook/vault.ts'
import { Appender } from './events/appender.ts'
import { conversationJoiner, conversationTeller } from './events/conversations.ts'
import { fleetTeller } from './events/fleet.ts'
import { liveTeller } from './events/live.ts'
import { StateWriter } from './events/states.ts'
import type { Teller } from './events/teller.ts'
import { webhookTeller } from './events/webhooks.ts'
import { type Health, healthOf } from './health.ts'
import { messageKeys } from './keys.ts'
import { type Book, Keeper } from './leases/keeper.ts'
import { backlog, overlooked, unsent } from './ledger.ts'
import { openLoad } from './load.ts'
import { Logins } from './logins.ts'
import { Measures } from './measures.ts'
import { openPreviews } from './media/preview.ts'
import { openDownloads } from './media/receiving.ts'
import { openUploads } from './media/sending.ts'
import { queuesOf } from './queues.ts'
import type { ShardParts } from './shards/shard.ts'
import { Shards } from './shards/shards.ts'
import { openDevice, type ServerAddress, trust, type Way } from './socket/index.ts'
import type { Phase } from './supervisor/phase.ts'
import { monotonic, type Timing } from './timing.ts'
import { openTransfers } from './transfers.ts'
import { within } from './within.ts'

/** Files of one session that are looked for in one go, when it is connected; the others the next time. */
const FILES_LOOKED_FOR = 200

/** Parts of histories that are taken over at the same time: each takes a few MB of memory while it is. */
const HISTORIES = 2

/** Phases in which a session seeks a connection. Waiting for its QR to be scanned is not one of them. */
const AWAY: readonly Phase[] = ['starting', 'confirming', 'waiting']

/** After draining, a last word. */
const RESIGN_MS = 500

export type ConnectorOptions = {
  id: string
  /** Unique for this process. */
  boot: string
  server: ServerAddress
  store: Store
  database: Dynamo
  /** The real name of the table of device state. */
  devicesTable: string
  masterKey: string
  /** For sessions that name no proxy of their own. */
  proxy?: ProxyServer | undefined
  /** Where proxies may be that sessions name. */
  proxyReach?: Reach
  queues: Sqs
  /** Where files are kept; without it none are sent or fetched. */
  objects?: Objects | undefined
  /** Where links may be followed to; public addresses when absent. */
  mediaReach?: Reach | undefined
  /** Takes events for conversations that are not written at once; without it there are none. */
  jobs?: Jobs | undefined
  /** How long a conversation lives after its last message, in ms. */
  conversationTtl: number
  /** Takes sessions that live connections shall hear of. */
  live?: Jobs | undefined
  /** Takes logs that webhooks shall hear of. */
  webhooks?: Jobs | undefined
  /** With `{shard}` for the number. */
  queueUrlTemplate: string
  shards: number
  retention: Retention
  timing: Timing
  now: Clock
  log: Log
  /** Takes numbers about this connector, every METRICS_MS and at its end. */
  metrics?: Metrics
  onQr(session: Session, text: string, expiresAt: number): void
  /** Another process runs under this id; this one has let go of everything. */
  onSuperseded(): void
}

export type Connector = {
  /** Announced, and every shard that is to be had at once is held. */
  ready: Promise<void>
  health(): Health
  /** Takes nothing more, finishes, stores, closes and hands on. Takes DRAIN_MS at most, and a moment to resign. */
  drain(): Promise<void>
  /** Ends all sockets at once and lets the leases lapse. */
  stop(): Promise<void>
}

/** @throws Error when this process has trusted other WhatsApp servers before */
export function startConnector(options: ConnectorOptions): Connector {
  const { id, store, timing, now, log, retention } = options
  trust(options.server)
  const startedAt = now()
  const end = new AbortController()
  const appender = new Appender({ append: (events) => append(store, retention, events), now, log })
  const newEventId = risingIds()
  const states = new StateWriter(
    (session, change, events) => Sessions.recordState(store, retention, session, change, events),
    newEventId,
    log,
  )
  const fleet = fleetTeller({
    id,
    startedAt,
    store,
    retention,
    appender,
    webhooks: options.webhooks,
    newEventId,
    now,
    log,
  })
  const tellLive = options.live && liveTeller(options.live, now, log)
  const tellWebhooks = options.webhooks && webhookTeller(options.webhooks, log)
  const tellListeners: Teller = (session, events) => {
    tellLive?.(session, events)
    tellWebhooks?.(session, events)
  }
  const { jobs } = options
  const tellConversations = jobs && conversationTeller({ ...options, jobs, newEventId }, tellListeners)
  const joinConversations = conversationJoiner({ ...options, newEventId }, tellListeners)
  const isFailing = (since: number | undefined) => since !== undefined && now() - since > timing.STORE_SLOW_MS
  const measures = new Measures(options.metrics ?? (() => undefined), () => shards.supervisors)
  const telling = setInterval(() => measures.tell(), timing.METRICS_MS)
  const logins = new Logins(timing.PARALLEL_LOGINS)
  const ledger = openLoader(store, 'messages')
  const transfers = openTransfers({
    parcels: options.objects && openParcels(options.objects, webhookKey(options.masterKey).split(',')),
    storeOf: (session) => deviceStore(options, session),
    unpacked: (id, parcel) => unpacked(store, id, parcel),
    log,
  })
  const supervisor: ShardParts['supervisor'] = {
    server: options.server,
    timing,
    now,
    random: Math.random,
    newEventId,
    log,
    logins,
    states,
    isStoreFailing: () => isFailing(keeper.failingSince) || isFailing(appender.failingSince),
    async openDevice(session, epoch, hooks) {
      await transfers.takeIn(session, epoch)
      return openDevice({ store: deviceStore(options, session), epoch, now, ...hooks })
    },
    takeOut: transfers.takeOut,
    appender,
    tell: (session, events) => {
      tellConversations?.(session, events)
      tellListeners(session, events)
    },
    find: (sessionId) => Sessions.find(store, sessionId),
    wayOf: waysOf(options),
    numbers: {
      claim: (session, number) => claimNumber(store, session, number),
      release: (session, number) => releaseNumber(store, session, number),
    },
    ledger: (sessionId, messageId) => Messages.loadOutgoing(ledger, sessionId, messageId),
    accept: (
      { id: sessionId, accountId, shard, settings, state: { phoneNumber } },
      messageId,
      chatId,
      text,
    ) =>
      Messages.accept(store, retention, {
        id: messageId,
        session: { id: sessionId, accountId, shard, phoneNumber, ...sealing(settings) },
        chatId,
        to: addressOf(chatId),
        content: { type: 'text', text },
      }),
    histories: new PQueue({ concurrency: HISTORIES }),
    keepHistory: (past) => keepHistory(store, retention, past),
    unsent: (session) => unsent(store, session),
    keysOf: ({ id: sessionId, accountId }) =>
      messageKeys(store, sessionId, deviceSeal(options.masterKey, accountId, sessionId), log),
    contactsOf: (session) =>
      contactBook(store, { sessionId: session.id, accountId: session.accountId }, (moved) =>
        joinConversations(session, moved),
      ),
    timersOf: ({ id: sessionId }) => openTimers(store, sessionId),
    seek: (sessionId, messageId) => seek(store, sessionId, messageId),
    groupName: async (sessionId, groupId) => (await Chats.find(store, sessionId, groupId))?.name ?? undefined,
    async contentOf(mediaId) {
      const stored = await options.objects?.get(objectKey(mediaId))
      return stored && buffer(stored.content)
    },
    uploads: openUploads(options.objects),
    previews: openPreviews(options.mediaReach ?? 'public'),
    downloads: openDownloads({
      shelf: options.objects && { store, retention, objects: options.objects },
      awaiting: async (sessionId) => (await Messages.awaitingMedia(store, sessionId, FILES_LOOKED_FOR)).items,
      now: () => iso(now()),
    }),
    answered: ({ accountId, settings }, requestId, outcome) =>
      recordOutcome(store, { accountId, ...sealing(settings) }, requestId, outcome),
    async purge(session) {
      for (const folder of sessionFolders(session.id)) await options.objects?.removeAll(folder)
      await Sessions.purge(store, session)
    },
    onQr: options.onQr,
    onReconnect: () => measures.reconnected(),
  }
  const shards = new Shards({
    supervisor,
    queue: {
      sqs: options.queues,
      end: end.signal,
      onTaken: (ageMs) => measures.commandTaken(ageMs),
      open: openConcealing(contentKey(options.masterKey).split(',')).openedAlone,
      url: (shard) => queueUrl(options.queueUrlTemplate, shard),
    },
    sessionsOf: (shard) => Sessions.ofShard(store, shard),
    isOurs: (shard, epoch) => leases.isOwner(store, { shard, owner: id, epoch }),
    pendingIntents: (shard) => Sessions.pendingIntents(store, shard),
    backlog: (shard) => backlog(store, shard),
    overlooked: (shard, acceptedBefore) => overlooked(store, shard, acceptedBefore),
    handedOver: (facts) => {
      log.info(facts, 'sessions taken over')
      measures.handedOver(facts.durationMs)
      void fleet.handedOver({ ...facts, to: id })
    },
    timing,
    now,
    log,
  })
  const keeper: Keeper = new Keeper({
    book: bookOf(store),
    id,
    boot: options.boot,
    shards: options.shards,
    timing,
    now,
    monotonic,
    log,
    onAcquired: (shard, epoch, origin) => void shards.acquire(shard, epoch, origin),
    onLost: (shard, why) => {
      if (why === 'not-renewed') logins.goEasy()
      return shards.lose(shard, why)
    },
    onSuperseded: options.onSuperseded,
    onLook: (seen) => fleet.look(seen),
    load: openLoad(monotonic),
    sessions: () => shards.supervisors.filter(({ device }) => device !== undefined).length,
    away: () => shards.supervisors.filter(({ phase }) => AWAY.includes(phase)).length,
    queues: () => queuesOf(shards.supervisors),
  })
  let isDraining = false

  return {
    ready: keeper.start().then(() => {
      void fleet.joined()
      return keeper.settled
    }),
    health: () => healthOf({ id, startedAt, isDraining, keeper, shards, appender, now }),
    async drain() {
      isDraining = true
      await within(timing.DRAIN_MS, keeper.drain(), 'draining').catch((error) =>
        log.warn({ err: error }, 'not drained in time; what is left is free for others'),
      )
      await within(RESIGN_MS, keeper.resign(), 'resigning').catch((error) =>
        log.warn({ err: error }, 'the leases lapse by themselves'),
      )
      await within(RESIGN_MS, fleet.left(), 'the last word').catch((error) =>
        log.warn({ err: error }, 'nobody was told that this connector left'),
      )
      clearInterval(telling)
      measures.tell()
      shards.stop()
      appender.stop()
      end.abort()
    },
    async stop() {
      clearInterval(telling)
      keeper.stop()
      shards.stop()
      await Promise.all(shards.all.map(({ shard }) => shards.lose(shard, 'superseded')))
      appender.stop()
      end.abort()
    },
  }
}

const bookOf = (store: Store): Book => ({
  fleet: (now) => leases.fleet(store, now),
  register: (connector) => leases.register(store, connector),
  beat: (connector) => leases.beat(store, connector),
  unregister: (id) => leases.unregister(store, id),
  claim: (observed, owner) => leases.claim(store, observed, owner),
  handOver: (lease, to, why) => leases.handOver(store, lease, to, why),
})

function waysOf({ masterKey, proxy: fallback, proxyReach = 'public' }: ConnectorOptions) {
  const keys = webhookKey(masterKey).split(',')
  return ({ accountId, settings: { proxy: own } }: Session): Way | undefined => {
    if (!own) return fallback && { proxy: fallback, reach: 'any' }
    const proxy = openProxy(keys, accountId, own)
    return proxy && { proxy, reach: proxyReach }
  }
}

const deviceStore = ({ database, devicesTable, masterKey }: ConnectorOptions, { id, accountId }: Session) =>
  dynamoDevice({
    dynamo: database,
    table: devicesTable,
    session: id,
    seal: deviceSeal(masterKey, accountId, id),
  })
