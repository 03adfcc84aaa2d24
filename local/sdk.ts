/**
 * The AWS SDK's own clients, for what makes and describes tables and queues. Whatever runs for each message has clients
 * that cost less (core/platform/aws/).
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { fromEnvironment } from '#core/platform/aws/credentials.ts'

export const sdkDynamo = (region: string, endpoint: string | undefined): DynamoDBClient =>
  new DynamoDBClient(settings(region, endpoint))

export const sdkSqs = (region: string, endpoint: string | undefined): SQSClient =>
  new SQSClient({ ...settings(region, endpoint), useQueueUrlAsEndpoint: true })

const settings = (region: string, endpoint: string | undefined) => ({
  region,
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  ...(endpoint ? { endpoint, credentials: async () => fromEnvironment(endpoint)() } : {}),
})
