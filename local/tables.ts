/**
 * Creates the declared tables in a DynamoDB-compatible engine, for local running and for tests. On AWS the stacks do
 * the same from the same declaration.
 */
import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { type IndexSpec, TABLES, type TableName, type TableSpec } from '#core/tables.ts'

/** The embedded engine needs milliseconds, AWS up to a minute. */
const USABLE_WITHIN_S = 120

/** Idempotent. `names` maps each declared table to its real name (three letters or more). */
export async function createTables(client: DynamoDBClient, names: Record<TableName, string>): Promise<void> {
  for (const [table, spec] of Object.entries(TABLES) as [TableName, TableSpec][]) {
    const created = await createTable(client, names[table], spec.indexes)
    if (!created) continue
    await waitUntilTableExists({ client, maxWaitTime: USABLE_WITHIN_S }, { TableName: names[table] })
    if (!spec.ttl) continue
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: names[table],
        TimeToLiveSpecification: { AttributeName: spec.ttl, Enabled: true },
      }),
    )
  }
}

async function createTable(client: DynamoDBClient, name: string, indexes: readonly IndexSpec[]) {
  const attributes = ['pk', 'sk', ...indexes.flatMap((index) => [index.pk, index.sk])]
  const keys = (pk: string, sk: string) => [
    { AttributeName: pk, KeyType: 'HASH' as const },
    { AttributeName: sk, KeyType: 'RANGE' as const },
  ]
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keys('pk', 'sk'),
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        ...(indexes.length
          ? {
              GlobalSecondaryIndexes: indexes.map((index) => ({
                IndexName: index.name,
                KeySchema: keys(index.pk, index.sk),
                Projection: { ProjectionType: 'ALL' as const },
              })),
            }
          : {}),
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ResourceInUseException) return false
    throw error
  }
}
