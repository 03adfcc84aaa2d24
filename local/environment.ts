/**
 * What the parts on one machine read as their environment: the same variables that a Lambda function or a Fargate task
 * gets, so that the code that reads them is the same.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Settings } from './settings.ts'

/** Fixed, because a session's shard is stored with it: another number would lead connectors past their sessions. */
export const SHARDS = 16

export type Addresses = {
  database: string
  queues: string
  queueUrl: string
  eventsUrl: string
  liveUrl: string
  webhooksUrl: string
  deliveriesUrl: string
}
export type Environment = Record<string, string>

/** For every part: where tables and queues are. */
export const platformEnvironment = (
  addresses: Addresses,
  settings: Pick<Settings, 'LOG_LEVEL' | 'DATA_DIR' | 'S3_ENDPOINT' | 'MEDIA_BUCKET' | 'MEDIA_REACH'>,
): Environment => ({
  AWS_REGION: process.env.AWS_REGION ?? 'us-east-1',
  DYNAMODB_ENDPOINT: addresses.database,
  SQS_ENDPOINT: addresses.queues,
  COMMAND_QUEUE_URL: addresses.queueUrl,
  EVENTS_QUEUE_URL: addresses.eventsUrl,
  LIVE_QUEUE_URL: addresses.liveUrl,
  WEBHOOKS_QUEUE_URL: addresses.webhooksUrl,
  DELIVERIES_QUEUE_URL: addresses.deliveriesUrl,
  MAIN_TABLE: 'linekeeper-main',
  EVENTS_TABLE: 'linekeeper-events',
  MESSAGES_TABLE: 'linekeeper-messages',
  DEVICES_TABLE: 'linekeeper-devices',
  SHARDS: `${SHARDS}`,
  LOG_LEVEL: settings.LOG_LEVEL,
  MEDIA_REACH: settings.MEDIA_REACH,
  ...mediaStore(settings),
})

/** A folder beside the data, unless an engine is named. */
const mediaStore = ({
  DATA_DIR,
  S3_ENDPOINT,
  MEDIA_BUCKET,
}: Pick<Settings, 'DATA_DIR' | 'S3_ENDPOINT' | 'MEDIA_BUCKET'>): Environment =>
  S3_ENDPOINT
    ? { S3_ENDPOINT, MEDIA_STORE: `s3://${MEDIA_BUCKET}` }
    : { MEDIA_STORE: pathToFileURL(join(DATA_DIR, 'media')).toString() }

/**
 * How a connector looks at its queues: fauxqs hands a command also to a look whose process is dead, so looks are short
 * here. On AWS they are long, because each one costs.
 */
const LOOKS = { COMMAND_WAIT_SECONDS: '2' }

/** For connectors alone: the address of a proxy may hold its password, so it stands in no record. */
export const proxyEnvironment = ({
  PROXY_URL,
  PROXY_REACH,
}: Pick<Settings, 'PROXY_URL' | 'PROXY_REACH'>): Environment => ({
  PROXY_REACH,
  ...(PROXY_URL ? { PROXY_URL } : {}),
})

/** For a connector, besides that. Without a simulator it is live, where address and key are built in. */
export const whatsappEnvironment = (simulator: { url: string; rootKey: string } | undefined): Environment =>
  simulator
    ? { ...LOOKS, WHATSAPP: 'sandbox', WHATSAPP_URL: simulator.url, WHATSAPP_ROOT_KEY: simulator.rootKey }
    : { ...LOOKS, WHATSAPP: 'live' }
