/**
 * What an attempt to write has taught about the items it touched: their content, or null when they do not exist.
 * Absent from it are items that nobody looked at; conditions speak for those.
 */
import type { Item, Key } from '../platform/dynamo.ts'
import type { TableName } from '../tables.ts'

export type Known = Map<string, Item | null>

export const nameOf = (table: TableName, { pk, sk }: Key): string => `${table}\0${pk}\0${sk}`
