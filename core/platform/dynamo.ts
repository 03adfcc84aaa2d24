/**
 * The only place that speaks DynamoDB's document form. Items are parsed on the way out, expired ones are hidden on the
 * second they expire (DynamoDB deletes them hours later), and a failed condition is an answer and not an exception.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { TransactWriteCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import type * as z from 'zod'
import type { TableName } from '../tables.ts'
import type { Dynamo } from './aws/dynamodb.ts'
import { isAwsError } from './aws/service.ts'
import { chunks } from './chunks.ts'
import type { Clock } from './clock.ts'
import { openConcealing } from './concealed.ts'
import { Fault } from './fault.ts'
import { indexKeys, placeOf, type QueryOptions, readCursor, refusingForeign, writeCursor } from './paging.ts'
import { readable as known, stamped, stampedUpdate } from './version.ts'

export type { QueryOptions } from './paging.ts'

export type Key = { pk: string; sk: string }
export type Item = Record<string, unknown> & Key
export type Expression = Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression'> & {
  names?: Record<string, string> | undefined
  values?: Record<string, unknown> | undefined
}
/** One write of a transaction. */
export type Write = { table: TableName } & (
  | { put: Item; condition?: string; values?: Record<string, unknown>; names?: Record<string, string> }
  | { update: Key; set: Expression }
  | { remove: Key; condition?: string; values?: Record<string, unknown>; names?: Record<string, string> }
  /** Writes nothing: the others are written only while the condition holds. */
  | { check: Key; condition: string; values?: Record<string, unknown>; names?: Record<string, string> }
)
type WriteRequest = { PutRequest: { Item: Record<string, unknown> } } | { DeleteRequest: { Key: Key } }
export type Page<T> = { items: T[]; cursor: string | undefined }
export type Store = ReturnType<typeof openStore>

/** DynamoDB's own bounds: writes of one transaction, keys of one read, requests of one batch. */
export const MAX_WRITES = 100
export const MAX_READS = 100
const MAX_REQUESTS = 25
/** Bytes of a key: no item has a longer one. */
const LONGEST = { pk: 2_048, sk: 1_024 }
/** Batches of one list that are written at the same time. */
const BATCHES = 4

/** How often something that DynamoDB refused for the moment is tried again; the pauses double from 5 ms. */
const ATTEMPTS = 8

/** @param content keys for what is concealed; without one nothing of that kind can be written or read */
export function openStore(
  dynamo: Dynamo,
  tables: Record<TableName, string>,
  now: Clock,
  content: readonly string[] = [],
) {
  const concealing = openConcealing(content)
  const written = (item: Item) => stamped(concealing.in(item, item))
  const readable = <A extends Record<string, unknown>>(item: A): A => concealing.out(known(item))
  const read = <S extends z.ZodType>(schema: S, item: Item): z.output<S> => schema.parse(readable(item))

  const alive = (item: Record<string, unknown> | undefined): item is Item =>
    item !== undefined && !(typeof item.expiresAt === 'number' && item.expiresAt <= Math.floor(now() / 1000))

  const updateOf = (table: TableName, Key: Key, set: Expression) => {
    const { names, values, ...expressions } = stampedUpdate(set)
    return {
      TableName: tables[table],
      Key,
      ...expressions,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values && concealing.in(values, Key),
    }
  }

  const toTransactItem = (write: Write): NonNullable<TransactWriteCommandInput['TransactItems']>[number] => {
    if ('update' in write) return { Update: updateOf(write.table, write.update, write.set) }
    const place = {
      TableName: tables[write.table],
      ConditionExpression: write.condition,
      ExpressionAttributeValues: write.values,
      ExpressionAttributeNames: write.names,
    }
    if ('put' in write) return { Put: { ...place, Item: written(write.put) } }
    if ('remove' in write) return { Delete: { ...place, Key: write.remove } }
    return { ConditionCheck: { ...place, Key: write.check, ConditionExpression: write.condition } }
  }

  const readMany = async (table: TableName, keys: Key[]): Promise<Item[]> => {
    const found: Item[] = []
    let wanted = keys
    for (let attempt = 1; wanted.length > 0; attempt++) {
      const answer = await dynamo.call('BatchGetItem', {
        RequestItems: { [tables[table]]: { Keys: wanted, ConsistentRead: true } },
      })
      found.push(...(answer.Responses?.[tables[table]] ?? []).filter(alive).map(readable))
      wanted = (answer.UnprocessedKeys?.[tables[table]]?.Keys ?? []) as Key[]
      if (wanted.length > 0) await backOff(attempt)
    }
    return found
  }

  const writeMany = async (table: TableName, all: WriteRequest[]): Promise<void> => {
    const write = async (some: WriteRequest[]): Promise<void> => {
      let requests = some
      for (let attempt = 1; requests.length > 0; attempt++) {
        const answer = await dynamo.call('BatchWriteItem', { RequestItems: { [tables[table]]: requests } })
        requests = (answer.UnprocessedItems?.[tables[table]] ?? []) as WriteRequest[]
        if (requests.length > 0) await backOff(attempt)
      }
    }
    for (const batches of chunks(chunks(all, MAX_REQUESTS), BATCHES)) await Promise.all(batches.map(write))
  }

  return {
    now,

    async get<S extends z.ZodType>(
      table: TableName,
      schema: S,
      key: Key,
      consistent = true,
    ): Promise<z.output<S> | undefined> {
      if (!canBe(key)) return
      const { Item } = await dynamo.call('GetItem', {
        TableName: tables[table],
        Key: key,
        ConsistentRead: consistent,
      })
      return alive(Item) ? read(schema, Item) : undefined
    },

    /** Raw items of one table by key, in no particular order. */
    async getMany(table: TableName, keys: Key[]): Promise<Item[]> {
      const found: Item[] = []
      for (const some of chunks(keys.filter(canBe), MAX_READS)) found.push(...(await readMany(table, some)))
      return found
    },

    /** Writes only when the key is free. False means somebody was first. */
    async create(table: TableName, item: Item): Promise<boolean> {
      return succeeds(
        dynamo.call('PutItem', {
          TableName: tables[table],
          Item: written(item),
          ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
          ExpressionAttributeValues: { ':now': Math.floor(now() / 1000) },
        }),
      )
    },

    async put(table: TableName, item: Item): Promise<void> {
      await dynamo.call('PutItem', { TableName: tables[table], Item: written(item) })
    },

    async remove(table: TableName, key: Key): Promise<void> {
      await dynamo.call('DeleteItem', { TableName: tables[table], Key: key })
    },

    /** Any number of keys; those that do not exist are no error. Not atomic: repeat it when it fails. */
    removeMany: (table: TableName, keys: Key[]): Promise<void> =>
      writeMany(
        table,
        keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
      ),

    /** Any number of items, each of another key, whatever was there before. Not atomic: repeat it when it fails. */
    putMany: (table: TableName, items: Item[]): Promise<void> =>
      writeMany(
        table,
        items.map((item) => ({ PutRequest: { Item: written(item) } })),
      ),

    /** False when the condition failed: the item is untouched then. */
    async update(table: TableName, key: Key, set: Expression): Promise<boolean> {
      return succeeds(dynamo.call('UpdateItem', updateOf(table, key, set)))
    },

    /** The item as it is after the update; undefined when the condition failed, and nothing was changed then. */
    async change<S extends z.ZodType>(
      table: TableName,
      schema: S,
      key: Key,
      set: Expression,
    ): Promise<z.output<S> | undefined> {
      try {
        const { Attributes } = await dynamo.call('UpdateItem', {
          ...updateOf(table, key, set),
          ReturnValues: 'ALL_NEW',
        })
        return read(schema, Attributes as Item)
      } catch (error) {
        if (isAwsError(error, 'ConditionalCheckFailedException')) return
        throw error
      }
    },

    /** A page of one partition, of the table or of one of its indexes. `cursor` comes from the page before. */
    async query<S extends z.ZodType>(
      table: TableName,
      schema: S,
      partition: string,
      options: QueryOptions = {},
    ): Promise<Page<z.output<S>>> {
      if (Buffer.byteLength(partition) > LONGEST.pk) return { items: [], cursor: undefined }
      const keys = indexKeys(table, options.index)
      const answer = await refusingForeign(options.cursor, () =>
        dynamo.call('Query', {
          TableName: tables[table],
          ...placeOf(keys, partition, options),
          ScanIndexForward: !options.newestFirst,
          ...(options.limit ? { Limit: options.limit } : {}),
          ...(options.index ? {} : { ConsistentRead: true }),
          ...(options.cursor ? { ExclusiveStartKey: readCursor(options.cursor, partition, keys) } : {}),
        }),
      )
      return {
        items: (answer.Items ?? []).filter(alive).map((item) => read(schema, item)),
        cursor: writeCursor(answer.LastEvaluatedKey, keys),
      }
    },

    /** How many items a range of a partition has. Each page that it takes is read, and billed, as a query is. */
    async count(table: TableName, partition: string, options: QueryOptions = {}): Promise<number> {
      const place = placeOf(indexKeys(table, options.index), partition, options)
      let total = 0
      let from: Record<string, unknown> | undefined
      do {
        const answer = await dynamo.call('Query', {
          TableName: tables[table],
          ...place,
          Select: 'COUNT',
          ExclusiveStartKey: from,
        })
        total += answer.Count ?? 0
        from = answer.LastEvaluatedKey
      } while (from)
      return total
    },

    /**
     * All or nothing, up to 100 writes on distinct keys. Answers the indexes of the writes whose condition failed:
     * empty means that everything is written, anything else that nothing is. What collides with another transaction,
     * or is throttled, is tried again.
     */
    async transact(writes: Write[]): Promise<number[]> {
      const TransactItems = writes.map(toTransactItem)
      for (let attempt = 1; ; attempt++) {
        try {
          await dynamo.call('TransactWriteItems', { TransactItems })
          return []
        } catch (error) {
          if (!isAwsError(error, 'TransactionCanceledException')) throw error
          const { reasons } = error
          const failed = reasons.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []))
          if (failed.length > 0) return failed
          if (!reasons.some((code) => PASSING.has(code))) throw error
          await backOff(attempt, error)
        }
      }
    },
  }
}

const canBe = ({ pk, sk }: Key): boolean =>
  Buffer.byteLength(pk) <= LONGEST.pk && Buffer.byteLength(sk) <= LONGEST.sk

/** Reasons of a cancelled transaction that go away by themselves. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])

/** @throws Fault DEPENDENCY_UNAVAILABLE when the last attempt was made. */
async function backOff(attempt: number, cause?: unknown): Promise<void> {
  if (attempt >= ATTEMPTS)
    throw new Fault('DEPENDENCY_UNAVAILABLE', 'The database is busy. Please try again.', { cause })
  await pause(Math.random() * 5 * 2 ** attempt)
}

async function succeeds(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent
    return true
  } catch (error) {
    if (isAwsError(error, 'ConditionalCheckFailedException')) return false
    throw error
  }
}
