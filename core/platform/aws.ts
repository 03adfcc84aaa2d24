/**
 * The AWS services from the configuration. `credentials` is for those who run where the environment has none, such as
 * a task with a role of its own.
 */
import { type CredentialSource, fromEnvironment } from './aws/credentials.ts'
import { type Dynamo, openDynamo } from './aws/dynamodb.ts'
import { openSqs, type Sqs } from './aws/sqs.ts'
import type { PlatformConfig } from './config.ts'

/** Milliseconds. A queue may hold a receiver for 20 s. */
const DATABASE_ANSWERS_WITHIN = 10_000
const QUEUE_ANSWERS_WITHIN = 30_000

export const dynamoClient = (
  { AWS_REGION, DYNAMODB_ENDPOINT }: Pick<PlatformConfig, 'AWS_REGION' | 'DYNAMODB_ENDPOINT'>,
  credentials: CredentialSource = fromEnvironment(DYNAMODB_ENDPOINT),
): Dynamo =>
  openDynamo({
    region: AWS_REGION,
    endpoint: DYNAMODB_ENDPOINT,
    credentials,
    timeoutMs: DATABASE_ANSWERS_WITHIN,
  })

export const sqsClient = (
  { AWS_REGION, SQS_ENDPOINT }: Pick<PlatformConfig, 'AWS_REGION' | 'SQS_ENDPOINT'>,
  credentials: CredentialSource = fromEnvironment(SQS_ENDPOINT),
): Sqs =>
  openSqs({ region: AWS_REGION, endpoint: SQS_ENDPOINT, credentials, timeoutMs: QUEUE_ANSWERS_WITHIN })

export const tableNames = (
  config: Pick<PlatformConfig, 'MAIN_TABLE' | 'EVENTS_TABLE' | 'MESSAGES_TABLE' | 'DEVICES_TABLE'>,
) => ({
  main: config.MAIN_TABLE,
  events: config.EVENTS_TABLE,
  messages: config.MESSAGES_TABLE,
  devices: config.DEVICES_TABLE,
})
