/** Real SQS queues for a test, in this process: the command queues of so many shards, on a free port. */
import { SQSClient } from '@aws-sdk/client-sqs'
import { ensureQueues, startEmbeddedQueues } from '../../local/queues.ts'

export async function commandQueues(shards = 1) {
  const engine = await startEmbeddedQueues()
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: engine.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: true,
    maxAttempts: 1,
  })
  return {
    client,
    endpoint: engine.endpoint,
    urlTemplate: await ensureQueues(client, engine.endpoint, shards),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await engine[Symbol.asyncDispose]()
    },
  }
}
