/** Everything that a query finds, however many pages that takes. */
import type * as z from 'zod'
import type { TableName } from '../tables.ts'
import type { Store } from './dynamo.ts'
import type { QueryOptions } from './paging.ts'

/** Each page is read when the one before has been dealt with. */
export async function* pagesOf<S extends z.ZodType>(
  store: Store,
  table: TableName,
  schema: S,
  partition: string,
  options: QueryOptions = {},
): AsyncGenerator<z.output<S>[]> {
  let cursor: string | undefined
  do {
    const page = await store.query(table, schema, partition, { ...options, cursor })
    yield page.items
    cursor = page.cursor
  } while (cursor)
}

/** For what is known to be little: all of it is in memory at once. */
export async function allOf<S extends z.ZodType>(
  store: Store,
  table: TableName,
  schema: S,
  partition: string,
  options: QueryOptions = {},
): Promise<z.output<S>[]> {
  const found: z.output<S>[] = []
  for await (const items of pagesOf(store, table, schema, partition, options)) found.push(...items)
  return found
}
