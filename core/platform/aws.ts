/**
 * The AWS clients from the configuration. Where an endpoint is given (a stand-in, Alternator, ElasticMQ) and the
 * environment has no credentials, placeholders are used, because such engines do not check them.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { PlatformConfig } from './config.ts'

const PLACEHOLDER = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Milliseconds. A queue may hold a receiver for 20 s. */
const DATABASE_ANSWERS_WITHIN = 10_000
const QUEUE_ANSWERS_WITHIN = 30_000

/** A connector holds a waiting receiver for every shard, and each needs a connection of its own. */
const CONNECTIONS = { keepAlive: true, maxSockets: 500 }

const settings = (region: string, endpoint: string | undefined, requestTimeout: number) => ({
  region,
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout,
    throwOnRequestTimeout: true,
    httpAgent: CONNECTIONS,
    httpsAgent: CONNECTIONS,
  },
  ...(endpoint ? { endpoint } : {}),
  ...(endpoint && !process.env.AWS_ACCESS_KEY_ID ? { credentials: PLACEHOLDER } : {}),
})

export const dynamoClient = (
  config: Pick<PlatformConfig, 'AWS_REGION' | 'DYNAMODB_ENDPOINT'>,
): DynamoDBClient =>
  new DynamoDBClient(settings(config.AWS_REGION, config.DYNAMODB_ENDPOINT, DATABASE_ANSWERS_WITHIN))

export const sqsClient = (config: Pick<PlatformConfig, 'AWS_REGION' | 'SQS_ENDPOINT'>): SQSClient =>
  new SQSClient({
    ...settings(config.AWS_REGION, config.SQS_ENDPOINT, QUEUE_ANSWERS_WITHIN),
    useQueueUrlAsEndpoint: true,
  })

export const tableNames = (config: PlatformConfig) => ({
  main: config.MAIN_TABLE,
  events: config.EVENTS_TABLE,
  messages: config.MESSAGES_TABLE,
  devices: config.DEVICES_TABLE,
})
