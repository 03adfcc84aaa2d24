/**
 * Where a query looks, and how its pages follow each other. A cursor names a place inside the partition that is asked
 * for; what it says of other partitions counts for nothing.
 */
import { type IndexSpec, TABLES, type TableName } from '../tables.ts'
import { Fault } from './fault.ts'

export type QueryOptions = {
  index?: string
  limit?: number
  newestFirst?: boolean
  cursor?: string | undefined
  from?: string
  to?: string
  prefix?: string
  after?: string
  before?: string
}

type Key = Record<string, unknown>

export type IndexKeys = Pick<IndexSpec, 'pk' | 'sk'>

export function indexKeys(table: TableName, index: string | undefined): IndexKeys {
  if (!index) return { pk: 'pk', sk: 'sk' }
  const spec = (TABLES[table].indexes as readonly IndexSpec[]).find(({ name }) => name === index)
  if (!spec) throw new Error(`table ${table} has no index ${index}`)
  return spec
}

/** The part of a query that says which items: one partition of the table or of an index, and a range in it. */
export function placeOf(keys: IndexKeys, partition: string, options: QueryOptions) {
  const range = rangeOf(options)
  return {
    IndexName: options.index,
    KeyConditionExpression: range ? `#pk = :pk AND ${range.expression}` : '#pk = :pk',
    ExpressionAttributeNames: { '#pk': keys.pk, ...(range ? { '#sk': keys.sk } : {}) },
    ExpressionAttributeValues: { ':pk': partition, ...range?.values },
  }
}

function rangeOf({ prefix, after, before, from, to }: QueryOptions) {
  if (prefix !== undefined) return { expression: 'begins_with(#sk, :prefix)', values: { ':prefix': prefix } }
  if (after !== undefined) return { expression: '#sk > :after', values: { ':after': after } }
  if (before !== undefined) return { expression: '#sk < :before', values: { ':before': before } }
  if (from !== undefined && to !== undefined)
    return { expression: '#sk BETWEEN :from AND :to', values: { ':from': from, ':to': to } }
  if (from !== undefined) return { expression: '#sk >= :from', values: { ':from': from } }
  if (to !== undefined) return { expression: '#sk <= :to', values: { ':to': to } }
  return
}

export const writeCursor = (key: Key | undefined, keys: IndexKeys): string | undefined =>
  key && Buffer.from(JSON.stringify([key.pk, key.sk, key[keys.sk]])).toString('base64url')

/** A cursor names a place and grants nothing: the partition is the caller's own, whatever the cursor says. */
export function readCursor(cursor: string, partition: string, keys: IndexKeys): Record<string, string> {
  try {
    const [pk, sk, range] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof pk !== 'string' || typeof sk !== 'string' || typeof range !== 'string') throw new TypeError()
    return keys.pk === 'pk' ? { pk: partition, sk } : { pk, sk, [keys.pk]: partition, [keys.sk]: range }
  } catch (cause) {
    throw foreignCursor(cause)
  }
}

/** A cursor can look right and still name a place that the engine refuses. */
export async function refusingForeign<T>(cursor: string | undefined, query: () => Promise<T>): Promise<T> {
  try {
    return await query()
  } catch (error) {
    if (cursor && error instanceof Error && error.name === 'ValidationException') throw foreignCursor(error)
    throw error
  }
}

const foreignCursor = (cause: unknown) =>
  new Fault('VALIDATION_ERROR', 'The cursor is not one that this API handed out.', { cause })
