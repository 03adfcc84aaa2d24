/**
 * The AWS SDK's own clients, for what makes and describes tables and queues. Whatever runs for each message has clients
 * that cost less (core/platform/aws/).
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { clientSettings } from '#core/platform/aws-settings.ts'

/** Milliseconds. */
const ANSWERS_WITHIN = 10_000

export const sdkDynamo = (region: string, endpoint: string | undefined): DynamoDBClient =>
  new DynamoDBClient(clientSettings(region, endpoint, ANSWERS_WITHIN))

export const sdkSqs = (region: string, endpoint: string | undefined): SQSClient =>
  new SQSClient({ ...clientSettings(region, endpoint, ANSWERS_WITHIN), useQueueUrlAsEndpoint: true })
