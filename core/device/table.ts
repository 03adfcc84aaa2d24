/**
 * The few DynamoDB calls that a device store makes, each with a time limit and counted. Low level on purpose: values
 * are sealed bytes, so a document mapper would only cost time.
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'

export type Item = Record<string, AttributeValue>

/** One call, for counting what a message costs. */
export type Measured = {
  operation: 'transact' | 'query' | 'read'
  items: number
  /** Write or read units that the call consumed. */
  units: number
  ms: number
}

export type TableOptions = {
  client: DynamoDBClient
  table: string
  /** A call that took longer counts as failed. */
  timeoutMs: number
  meter: ((call: Measured) => void) | undefined
}

const MAX_READS = 100

export function deviceTable({ client, table: TableName, timeoutMs, meter }: TableOptions) {
  const limit = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) })
  const counting = meter ? { ReturnConsumedCapacity: 'TOTAL' as const } : {}

  const measured = async <T extends { ConsumedCapacity?: unknown }>(
    operation: Measured['operation'],
    call: Promise<T>,
    items: (answer: T) => number,
  ): Promise<T> => {
    const began = performance.now()
    const answer = await call
    const capacity = [answer.ConsumedCapacity ?? []].flat() as { CapacityUnits?: number }[]
    const units = capacity.reduce((sum, entry) => sum + (entry.CapacityUnits ?? 0), 0)
    meter?.({ operation, items: items(answer), units, ms: performance.now() - began })
    return answer
  }

  return {
    name: TableName,
    limit,

    async get(key: Item): Promise<Item | undefined> {
      const call = new GetItemCommand({ TableName, Key: key, ConsistentRead: true, ...counting })
      return (await measured('read', client.send(call, limit()), () => 1)).Item
    },

    async getAll(keys: readonly Item[]): Promise<Item[]> {
      const found: Item[] = []
      let wanted = [...keys]
      while (wanted.length > 0) {
        const now = wanted.splice(0, MAX_READS)
        const call = new BatchGetItemCommand({
          RequestItems: { [TableName]: { Keys: now, ConsistentRead: true } },
          ...counting,
        })
        const answer = await measured('read', client.send(call, limit()), () => now.length)
        found.push(...(answer.Responses?.[TableName] ?? []))
        wanted = [...(answer.UnprocessedKeys?.[TableName]?.Keys ?? []), ...wanted]
      }
      return found
    },

    /** All items of a partition whose sort key begins with the prefix. */
    async query(pk: string, prefix: string, keysOnly = false): Promise<Item[]> {
      const found: Item[] = []
      let from: Item | undefined
      do {
        const call = new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': { S: pk }, ':prefix': { S: prefix } },
          ExclusiveStartKey: from,
          ...(keysOnly ? { ProjectionExpression: 'pk, sk' } : {}),
          ...counting,
        })
        const answer = await measured('query', client.send(call, limit()), (page) => page.Count ?? 0)
        found.push(...(answer.Items ?? []))
        from = answer.LastEvaluatedKey
      } while (from)
      return found
    },

    async transact(writes: TransactWriteItem[]): Promise<void> {
      const call = new TransactWriteItemsCommand({ TransactItems: writes, ...counting })
      await measured('transact', client.send(call, limit()), () => writes.length)
    },
  }
}

/** An update expression in which every `#name` stands for the attribute of that name. */
export function expression(set: string, condition: string, values: Record<string, string | number>) {
  const names = new Set(`${set} ${condition}`.match(/#\w+/g))
  return {
    UpdateExpression: set,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [name, name.slice(1)])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(values).map(([name, value]): [string, AttributeValue] => [
        name,
        typeof value === 'number' ? { N: String(value) } : { S: value },
      ]),
    ),
  } satisfies Partial<UpdateItemCommandInput>
}
