/**
 * How a device's rows lie in the table: `head` (the fence, no secrets), `s#type:id` one row, `p#n` a block of twelve
 * pre-keys, which stays under one write unit. A row too large for an item is cut; its further parts follow it as
 * `s#type:id` + U+0001 + number. Everything except the head is sealed under its own address.
 */
import type { Seal } from './seal.ts'
import type { Group, RowKey } from './store.ts'
import type { Item, Write } from './table.ts'

/** The form of the items; a reader that meets a higher number must not touch them. */
export const VERSION = 1
export const HEAD = 'head'
export const ROWS = 's#'
export const BLOCKS = 'p#'
const PRE_KEYS_PER_BLOCK = 12
/** The attribute of a block that holds one. */
const PRE_KEY = /^k\d+$/
const PART = '\u0001'
/** An item may have 400 KB. */
const PART_BYTES = 350_000

type Block = { set: string[]; remove: string[]; values: Item }
export type Place = { TableName: string; pk: string; seal: Seal }

export const key = (place: Place, sk: string) => ({ pk: place.pk, sk })
export const blockOf = (preKey: number) => `${BLOCKS}${Math.floor(preKey / PRE_KEYS_PER_BLOCK)}`
const address = (place: Place, sk: string) => `${place.pk}|${sk}`
const partKey = (sk: string, part: number) => (part === 0 ? sk : `${sk}${PART}${part}`)
const version = { v: VERSION }

/** An upper bound: a value seldom grows when it is sealed, and usually shrinks. */
export const partsOf = (text: string | null) =>
  text === null ? 1 : Math.ceil((text.length + 64) / PART_BYTES)

export function weigh(change: Pick<Group, 'rows' | 'preKeys'>) {
  const blocks = new Set([...change.preKeys.keys()].map(blockOf))
  let items = blocks.size
  let bytes = change.preKeys.size * 80
  for (const [row, text] of change.rows) {
    items += partsOf(text)
    bytes += row.length + (text?.length ?? 0) + 100
  }
  return { items, bytes }
}

/** @param parts how many items each cut row takes now; brought up to date here */
export function writes(place: Place, group: Group, parts: Map<RowKey, number>): Write[] {
  const rows = [...group.rows].flatMap(([row, text]) => writeRow(place, row, text, parts))
  return [...rows, ...writeBlocks(place, group.preKeys)]
}

function writeRow(place: Place, row: RowKey, text: string | null, parts: Map<RowKey, number>) {
  const { TableName } = place
  const sk = ROWS + row
  const chunks = text === null ? [] : cut(place.seal.seal(Buffer.from(text), address(place, sk)))
  const before = parts.get(row) ?? 1
  if (chunks.length > 1) parts.set(row, chunks.length)
  else parts.delete(row)
  const puts: Write[] = chunks.map((chunk, part) => ({
    Put: {
      TableName,
      Item: {
        ...key(place, partKey(sk, part)),
        ...version,
        d: chunk,
        ...(part === 0 && chunks.length > 1 ? { parts: chunks.length } : {}),
      },
    },
  }))
  for (let part = chunks.length; part < before; part++)
    puts.push({ Delete: { TableName, Key: key(place, partKey(sk, part)) } })
  return puts
}

/** A used-up pre-key is one attribute removed from its block, so nothing has to be read first. */
function writeBlocks(place: Place, preKeys: Group['preKeys']): Write[] {
  const newBlock = (): Block => ({ set: ['v = :v'], remove: [], values: { ':v': version.v } })
  const blocks = new Map<string, Block>()
  for (const [id, secret] of preKeys) {
    const sk = blockOf(id)
    const block = blocks.get(sk) ?? newBlock()
    blocks.set(sk, block)
    if (secret === null) block.remove.push(`k${id}`)
    else {
      block.set.push(`k${id} = :k${id}`)
      block.values[`:k${id}`] = place.seal.seal(secret, `${address(place, sk)}|${id}`)
    }
  }
  return [...blocks].map(([sk, { set, remove, values }]) => ({
    Update: {
      TableName: place.TableName,
      Key: key(place, sk),
      UpdateExpression: `SET ${set.join(', ')}${remove.length ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ExpressionAttributeValues: values,
    },
  }))
}

/** The rows of a device from all its `s#` items, in any order. */
export function readRows(place: Place, items: readonly Item[], parts: Map<RowKey, number>) {
  const bySk = new Map(items.map((item) => [skOf(item), item]))
  const rows = new Map<RowKey, string>()
  for (const [sk, item] of bySk) {
    if (sk.includes(PART)) continue
    const count = Number(item.parts ?? 1)
    const row = sk.slice(ROWS.length)
    const chunks = Array.from(
      { length: count },
      (_, part) => bytesOf(bySk.get(partKey(sk, part))?.d) ?? Buffer.alloc(0),
    )
    rows.set(row, place.seal.open(Buffer.concat(chunks), address(place, sk)).toString())
    if (count > 1) parts.set(row, count)
  }
  return rows
}

export function readPreKey(place: Place, block: Item, id: number): Uint8Array | undefined {
  const sealed = bytesOf(block[`k${id}`])
  return sealed && place.seal.open(sealed, `${address(place, skOf(block))}|${id}`)
}

/** Every pre-key of these blocks, by id. */
export const readBlocks = (place: Place, blocks: readonly Item[]): Map<number, Uint8Array> =>
  new Map(
    blocks.flatMap((block) =>
      Object.keys(block).flatMap((name): [number, Uint8Array][] => {
        const id = PRE_KEY.test(name) ? Number(name.slice(1)) : undefined
        const secret = id === undefined ? undefined : readPreKey(place, block, id)
        return id === undefined || !secret ? [] : [[id, secret]]
      }),
    ),
  )

export const skOf = ({ sk }: Item): string => String(sk ?? '')
const bytesOf = (value: unknown) => (value instanceof Uint8Array ? value : undefined)

function cut(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let from = 0; from < bytes.length; from += PART_BYTES)
    chunks.push(bytes.subarray(from, from + PART_BYTES))
  return chunks
}
