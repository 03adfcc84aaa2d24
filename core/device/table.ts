/**
 * The few DynamoDB calls that a device store makes, each with a time limit and counted.
 */
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Dynamo } from '#core/platform/aws/dynamodb.ts'

export type Item = Record<string, unknown>
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** One call, for counting what a message costs. */
export type Measured = {
  operation: 'transact' | 'query' | 'read'
  items: number
  /** Write or read units that the call consumed. */
  units: number
  ms: number
}

export type TableOptions = {
  dynamo: Dynamo
  table: string
  /** A call that took longer counts as failed. */
  timeoutMs: number
  meter: ((call: Measured) => void) | undefined
}

const MAX_READS = 100

export function deviceTable({ dynamo, table: TableName, timeoutMs, meter }: TableOptions) {
  const limit = () => ({ signal: AbortSignal.timeout(timeoutMs) })
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
      const wanted = { TableName, Key: key, ConsistentRead: true, ...counting }
      return (await measured('read', dynamo.call('GetItem', wanted, limit()), () => 1)).Item
    },

    async getAll(keys: readonly Item[]): Promise<Item[]> {
      const found: Item[] = []
      let wanted = [...keys]
      while (wanted.length > 0) {
        const now = wanted.splice(0, MAX_READS)
        const call = dynamo.call(
          'BatchGetItem',
          { RequestItems: { [TableName]: { Keys: now, ConsistentRead: true } }, ...counting },
          limit(),
        )
        const answer = await measured('read', call, () => now.length)
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
        const wanted = {
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
          ExclusiveStartKey: from,
          ...(keysOnly ? { ProjectionExpression: 'pk, sk' } : {}),
          ...counting,
        }
        const call = dynamo.call('Query', wanted, limit())
        const answer = await measured('query', call, (page) => page.Count ?? 0)
        found.push(...(answer.Items ?? []))
        from = answer.LastEvaluatedKey
      } while (from)
      return found
    },

    async transact(writes: Write[]): Promise<void> {
      const call = dynamo.call('TransactWriteItems', { TransactItems: writes, ...counting }, limit())
      await measured('transact', call, () => writes.length)
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
    ExpressionAttributeValues: values,
  }
}
