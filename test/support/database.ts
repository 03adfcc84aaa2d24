/**
 * A real DynamoDB for a test: an engine of its own in memory, with every table, on a free port, and a store over it.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Clock, systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { startDynoxide } from '../../local/dynoxide.ts'
import { createTables } from '../../local/tables.ts'

export const TABLE_NAMES = {
  main: 'test-main',
  events: 'test-events',
  messages: 'test-messages',
  devices: 'test-devices',
}

export type Database = Awaited<ReturnType<typeof database>>

/** `file` keeps the data on disk. Close it, or hold it by `await using`. */
export async function database(options: { now?: Clock; file?: string } = {}) {
  const engine = await startDynoxide(options.file ? { file: options.file } : {})
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: engine.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  await createTables(client, TABLE_NAMES)
  const close = async () => {
    client.destroy()
    await engine.close()
  }
  return {
    endpoint: engine.endpoint,
    engine,
    client,
    store: openStore(client, TABLE_NAMES, options.now ?? systemClock),
    close,
    [Symbol.asyncDispose]: close,
  }
}
