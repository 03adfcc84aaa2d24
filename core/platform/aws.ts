/**
 * The AWS clients from the configuration. Where an endpoint is given (a stand-in, Alternator, ElasticMQ) and the
 * environment has no credentials, placeholders are used, because such engines do not check them.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { clientSettings } from './aws-settings.ts'
import type { PlatformConfig } from './config.ts'

/** Milliseconds. A queue may hold a receiver for 20 s. */
const DATABASE_ANSWERS_WITHIN = 10_000
const QUEUE_ANSWERS_WITHIN = 30_000

export const dynamoClient = (
  config: Pick<PlatformConfig, 'AWS_REGION' | 'DYNAMODB_ENDPOINT'>,
): DynamoDBClient =>
  new DynamoDBClient(clientSettings(config.AWS_REGION, config.DYNAMODB_ENDPOINT, DATABASE_ANSWERS_WITHIN))

export const sqsClient = (config: Pick<PlatformConfig, 'AWS_REGION' | 'SQS_ENDPOINT'>): SQSClient =>
  new SQSClient({
    ...clientSettings(config.AWS_REGION, config.SQS_ENDPOINT, QUEUE_ANSWERS_WITHIN),
    useQueueUrlAsEndpoint: true,
  })

export const tableNames = (
  config: Pick<PlatformConfig, 'MAIN_TABLE' | 'EVENTS_TABLE' | 'MESSAGES_TABLE' | 'DEVICES_TABLE'>,
) => ({
  main: config.MAIN_TABLE,
  events: config.EVENTS_TABLE,
  messages: config.MESSAGES_TABLE,
  devices: config.DEVICES_TABLE,
})
