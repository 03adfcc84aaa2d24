/**
 * What stands in the files of a device, and how the same is written as a row: Baileys writes JSON in which bytes are
 * `{"type":"Buffer","data":"<base64>"}`; older releases, and other programs, write them as lists of numbers or as objects
 * with a number for each index. Rows are as connector/socket/codec.ts writes them.
 */

type Bytes = { type: 'Buffer'; data: string }
export type Value = { row: string } | { preKey: Buffer }

/** What is in a file is not what its name says. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

const KEY_BYTES = 32

/** @throws Malformed with what is wrong */
export function readValue(type: string, text: string): Value {
  const value = parsed(text)
  switch (type) {
    case 'pre-key': {
      const pair = plainObject(withBytes(value))
      bytesOf(pair.public, KEY_BYTES)
      return { preKey: bytesOf(pair.private, KEY_BYTES) }
    }
    case 'session': {
      plainObject(plainObject(value)._sessions)
      return { row: JSON.stringify(value) }
    }
    case 'sender-key':
      return { row: senderKey(value) }
    case 'identity-key':
      return { row: bytesOf(withBytes(value)).toString('base64') }
    case 'lid-mapping':
      if (typeof value !== 'string' || !/^\w{1,40}$/.test(value)) throw new Malformed('it is no user')
      return { row: value }
    case 'device-list':
      if (!Array.isArray(value)) throw new Malformed('it is no list')
      return { row: JSON.stringify(value) }
    default:
      return { row: JSON.stringify(plainObject(withBytes(value))) }
  }
}

/** @param row of any type but pre-keys, which are no rows */
export function writeValue(type: string, row: string): string {
  switch (type) {
    case 'sender-key':
      return JSON.stringify(asBytes(Buffer.from(row)))
    case 'identity-key':
      return JSON.stringify(asBytes(Buffer.from(row, 'base64')))
    case 'lid-mapping':
      return JSON.stringify(row)
    default:
      return row
  }
}

export const writePreKey = (pair: { private: Uint8Array; public: Uint8Array }): string =>
  JSON.stringify({ private: asBytes(pair.private), public: asBytes(pair.public) })

/** @throws Malformed */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Malformed('it is no JSON')
  }
}

/** Every form of bytes in the one that Baileys writes today. */
export function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes)
  if (typeof value !== 'object' || value === null) return value
  const object = value as Record<string, unknown>
  if (object.type === 'Buffer' && Array.isArray(object.data)) return asBytes(octets(object.data))
  const entries = Object.entries(object)
  const isIndexed = entries.length > 0 && entries.every(([key, item]) => /^\d+$/.test(key) && isOctet(item))
  if (isIndexed) return asBytes(octets(entries.map(([, item]) => item)))
  return Object.fromEntries(entries.map(([key, item]) => [key, withBytes(item)]))
}

/** @throws Malformed when it is not in the form that `withBytes` gives, or has another length */
export function bytesOf(value: unknown, length?: number): Buffer {
  const { type, data } = (value ?? {}) as Partial<Bytes>
  if (type !== 'Buffer' || typeof data !== 'string') throw new Malformed('bytes are missing')
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length === 0 || (length !== undefined && bytes.length !== length))
    throw new Malformed(`there are ${bytes.length} bytes where ${length ?? 'some'} should be`)
  return bytes
}

/** @throws Malformed */
export function plainObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed('it is no object')
  return value as Record<string, unknown>
}

/** Bytes that hold JSON; releases before 6.7 wrote the JSON itself. */
function senderKey(value: unknown): string {
  const states = Array.isArray(value) ? value : parsed(bytesOf(withBytes(value)).toString())
  if (!Array.isArray(states)) throw new Malformed('it is no list of states')
  return JSON.stringify(withBytes(states))
}

const asBytes = (bytes: Uint8Array): Bytes => ({
  type: 'Buffer',
  data: Buffer.from(bytes).toString('base64'),
})
const isOctet = (item: unknown): boolean =>
  typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 255
function octets(items: unknown[]): Buffer {
  if (!items.every(isOctet)) throw new Malformed('a list of bytes has other things in it')
  return Buffer.from(items as number[])
}
