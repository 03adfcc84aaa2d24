/** Real SQS queues for a test, in this process: the command queues of so many shards, on a free port. */
import { sqsClient } from '#core/platform/aws.ts'
import { ensureQueues, startEmbeddedQueues } from '../../local/queues.ts'
import { sdkSqs } from '../../local/sdk.ts'

export async function commandQueues(shards = 1) {
  const engine = await startEmbeddedQueues()
  const client = sdkSqs('us-east-1', engine.endpoint)
  const sqs = sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: engine.endpoint })
  return {
    /** The AWS SDK's, for a test's own looks at the queues. */
    client,
    /** Ours. */
    sqs,
    endpoint: engine.endpoint,
    urlTemplate: await ensureQueues(client, engine.endpoint, shards),
    async [Symbol.asyncDispose]() {
      client.destroy()
      sqs[Symbol.dispose]()
      await engine[Symbol.asyncDispose]()
    },
  }
}
