/**
 * How many bytes DynamoDB bills for an item: names and values as they are stored, 100 bytes on top, and all of that
 * once more in each index that the item stands in. Source: "DynamoDB item sizes and formats" and "Storage
 * considerations for global secondary indexes" in the developer guide.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { TABLES, type TableName } from '#core/tables.ts'

export type StoredItem = Record<string, AttributeValue>

/** Of every item and of each of its copies. */
const OVERHEAD = 100
/** Of a list or a map, and of each of its members. */
const [NEST, MEMBER] = [3, 1]

export function billedBytes(table: TableName, item: StoredItem): number {
  const copies = TABLES[table].indexes.filter(({ pk, sk }) => item[pk] && item[sk]).length
  return (1 + copies) * (sizeOf(item) + OVERHEAD)
}

const sizeOf = (item: StoredItem): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0)

function valueSize({ S, N, B, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S)
  if (N !== undefined) return Math.ceil(N.replace(/^[-+]?0*|[.]/g, '').length / 2) + 1
  if (B !== undefined) return B.byteLength
  if (L) return NEST + L.reduce((sum, member) => sum + valueSize(member) + MEMBER, 0)
  if (M) return NEST + sizeOf(M) + MEMBER * Object.keys(M).length
  return 1
}
