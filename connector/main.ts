/**
 * The connector as a process: reads its environment, runs until SIGTERM or until its parent is gone, then drains.
 * Exit codes: 0 drained, 1 an error that nobody expected, 2 the environment is not complete, 3 another process runs
 * under the same id.
 */
import { randomUUID } from 'node:crypto'
import { conversationTtl } from '#core/conversation/hook-config.ts'
import { fromChain } from '#core/platform/aws/chain.ts'
import { dynamoClient, sqsClient, tableNames } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { contentKey } from '#core/platform/concealed.ts'
import { ConnectorConfig, readConfig } from '#core/platform/config.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { logger } from '#core/platform/log.ts'
import { openMetrics } from '#core/platform/metrics.ts'
import { openObjects } from '#core/platform/objects/index.ts'
import { proxyIn } from '#core/proxy.ts'
import { retentionOf } from '#core/retention.ts'
import { type Connector, startConnector } from './connector.ts'
import { serveHealth } from './health.ts'
import { parentOf, watchErrors } from './process.ts'
import { confined, type ServerAddress } from './socket/index.ts'
import { Timing } from './timing.ts'

const EXIT = { drained: 0, unexpected: 1, environment: 2, superseded: 3 }

const { config, timing } = readEnvironment()
const boot = randomUUID()
const id = config.CONNECTOR_ID ?? `connector-${boot.slice(0, 8)}`
process.title = `linekeeper-connector-${id.slice(id.lastIndexOf('-') + 1)}`
const log = logger(config.LOG_LEVEL, { part: 'connector', connector: id })
const parent = parentOf(process)

watchErrors(process, { confined, log, end: () => process.exit(EXIT.unexpected) })

const connector = start()
const health =
  config.HEALTH_PORT === undefined ? undefined : await serveHealth(config.HEALTH_PORT, connector.health)
let ending: Promise<void> | undefined

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal))
parent?.onGone(() => void end('parent gone'))
await connector.ready
log.info({ shards: config.SHARDS, whatsapp: config.WHATSAPP }, 'connector ready')
parent?.tell({ type: 'ready' })

function start(): Connector {
  const database = dynamoClient(config, fromChain(config.DYNAMODB_ENDPOINT))
  const queues = sqsClient(config, fromChain(config.SQS_ENDPOINT))
  const tables = tableNames(config)
  return startConnector({
    id,
    boot,
    server: serverOf(config),
    store: openStore(database, tables, systemClock, contentKey(config.MASTER_KEY).split(',')),
    database,
    objects: openObjects(config, fromChain(config.S3_ENDPOINT), contentKey(config.MASTER_KEY).split(',')),
    mediaReach: config.MEDIA_REACH,
    devicesTable: tables.devices,
    masterKey: config.MASTER_KEY,
    proxy: config.PROXY_URL ? proxyIn(config.PROXY_URL) : undefined,
    proxyReach: config.PROXY_REACH,
    queues,
    jobs: config.EVENTS_QUEUE_URL ? openJobs(queues, config.EVENTS_QUEUE_URL) : undefined,
    live: config.LIVE_QUEUE_URL ? openJobs(queues, config.LIVE_QUEUE_URL) : undefined,
    webhooks: config.WEBHOOKS_QUEUE_URL ? openJobs(queues, config.WEBHOOKS_QUEUE_URL) : undefined,
    queueUrlTemplate: config.COMMAND_QUEUE_URL,
    shards: config.SHARDS,
    retention: retentionOf(config),
    conversationTtl: conversationTtl(config),
    timing,
    now: systemClock,
    log,
    metrics: openMetrics(config.METRICS_NAMESPACE, systemClock, (line) => process.stdout.write(line)),
    onQr: (session, text, expiresAt) =>
      parent?.tell({ type: 'qr', sessionId: session.id, name: session.name, text, expiresAt }),
    onSuperseded: () => process.exit(EXIT.superseded),
  })
}

function end(why: string): Promise<void> {
  ending ??= (async () => {
    log.info({ why }, 'connector drains')
    await connector.drain()
    health?.close()
    log.info('connector drained')
    process.exit(EXIT.drained)
  })()
  return ending
}

function serverOf(settings: ConnectorConfig): ServerAddress {
  return settings.WHATSAPP === 'live'
    ? { mode: 'live' }
    : { mode: 'sandbox', url: settings.WHATSAPP_URL, rootKey: settings.WHATSAPP_ROOT_KEY }
}

function readEnvironment() {
  try {
    return { config: readConfig(ConnectorConfig), timing: readConfig(Timing) }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(EXIT.environment)
  }
}
