/**
 * A real DynamoDB for a test: an engine of its own in memory, with every table, on a free port, and a store over it.
 */
import { dynamoClient } from '#core/platform/aws.ts'
import { type Clock, systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { startDynoxide } from '../../local/dynoxide.ts'
import { sdkDynamo } from '../../local/sdk.ts'
import { createTables } from '../../local/tables.ts'

export const TABLE_NAMES = {
  main: 'test-main',
  events: 'test-events',
  messages: 'test-messages',
  devices: 'test-devices',
}

export type Database = Awaited<ReturnType<typeof database>>

/** `file` keeps the data on disk; `content` are keys for what is concealed. Close it, or hold it by `await using`. */
export async function database(options: { now?: Clock; file?: string; content?: string[] } = {}) {
  const engine = await startDynoxide(options.file ? { file: options.file } : {})
  const client = sdkDynamo('us-east-1', engine.endpoint)
  const dynamo = dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: engine.endpoint })
  await createTables(client, TABLE_NAMES)
  const close = async () => {
    client.destroy()
    dynamo[Symbol.dispose]()
    await engine.close()
  }
  return {
    endpoint: engine.endpoint,
    engine,
    /** The AWS SDK's, for a test's own looks at what is stored. */
    client,
    /** Ours, which the store calls. */
    dynamo,
    store: openStore(dynamo, TABLE_NAMES, options.now ?? systemClock, options.content),
    close,
    [Symbol.asyncDispose]: close,
  }
}
