/**
 * DynamoDB's documents: plain values in, plain values out. Values that DynamoDB has no form for are refused rather than
 * stored as something else. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */

type Attribute =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { B: string }
  | { L: Attribute[] }
  | { M: Record<string, Attribute> }
  | { SS: string[] }
  | { NS: string[] }

/** The places of a request or an answer that hold an item, and those that hold a list of items. */
const ITEM = new Set([
  'Item',
  'Key',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'Attributes',
  'LastEvaluatedKey',
])
const ITEMS = new Set(['Items', 'Keys'])

export const writeRequest = (input: object): object => walk(input, writeItem) as object

export function readAnswer(answer: Record<string, unknown>): Record<string, unknown> {
  const { Responses, ...rest } = answer
  const read = walk(rest, readItem) as Record<string, unknown>
  if (Responses) read.Responses = readResponses(Responses as Record<string, Record<string, Attribute>[]>)
  return read
}

/** Table → items: here the names of the fields are names of tables. */
const readResponses = (tables: Record<string, Record<string, Attribute>[]>) =>
  Object.fromEntries(Object.entries(tables).map(([table, items]) => [table, items.map(readItem)]))

/** Undefined fields are left out, as JSON does. */
function walk(value: unknown, convert: (item: never) => unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => walk(entry, convert))
  if (typeof value !== 'object' || value === null) return value
  const walked: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    if (ITEM.has(name)) walked[name] = convert(inner as never)
    else if (ITEMS.has(name) && Array.isArray(inner))
      walked[name] = inner.map((item) => convert(item as never))
    else walked[name] = walk(inner, convert)
  }
  return walked
}

export function writeItem(item: Record<string, unknown>): Record<string, Attribute> {
  const written: [string, Attribute][] = []
  for (const [name, value] of Object.entries(item))
    if (value !== undefined) written.push([name, write(value)])
  return Object.fromEntries(written)
}

/** @throws TypeError for what DynamoDB cannot hold: infinite numbers, functions, dates and other classes, empty sets */
function write(value: unknown): Attribute {
  switch (typeof value) {
    case 'string':
      return { S: value }
    case 'boolean':
      return { BOOL: value }
    case 'bigint':
      return { N: value.toString() }
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('DynamoDB has no form for an infinite number.')
      return { N: String(value) }
    case 'object':
      return value === null ? { NULL: true } : writeObject(value)
    default:
      throw new TypeError(`DynamoDB has no form for a ${typeof value}.`)
  }
}

function writeObject(value: object): Attribute {
  if (Array.isArray(value)) return { L: value.map((entry) => write(entry ?? null)) }
  if (value instanceof Uint8Array)
    return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  if (value instanceof Set) return writeSet([...value])
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`DynamoDB has no form for a ${value.constructor.name}.`)
  return { M: writeItem(value as Record<string, unknown>) }
}

function writeSet(entries: unknown[]): Attribute {
  if (entries.length > 0 && entries.every((entry) => typeof entry === 'string')) return { SS: entries }
  if (entries.length > 0 && entries.every((entry) => typeof entry === 'number'))
    return { NS: entries.map(String) }
  throw new TypeError('DynamoDB has sets of strings and of numbers, with one entry at least.')
}

export function readItem(item: Record<string, Attribute>): Record<string, unknown> {
  const read: [string, unknown][] = []
  for (const name in item) read.push([name, readAttribute(item[name]!)])
  return Object.fromEntries(read)
}

function readAttribute(attribute: Attribute): unknown {
  if ('S' in attribute) return attribute.S
  if ('N' in attribute) return Number(attribute.N)
  if ('M' in attribute) return readItem(attribute.M)
  if ('BOOL' in attribute) return attribute.BOOL
  if ('L' in attribute) return attribute.L.map(readAttribute)
  if ('B' in attribute) return Buffer.from(attribute.B, 'base64')
  if ('NULL' in attribute) return null
  if ('SS' in attribute) return new Set(attribute.SS)
  if ('NS' in attribute) return new Set(attribute.NS.map(Number))
  throw new TypeError(`An attribute of an unknown type: ${Object.keys(attribute).join(', ')}.`)
}
