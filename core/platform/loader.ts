/**
 * Reads single items, together: one batched read is on its way at a time, and what is asked for meanwhile is the next
 * one, each key once. Nothing is kept beyond a read, and none that began before the question answers it, so a revoked
 * token or a deleted session is gone at once.
 */
import type { TableName } from '../tables.ts'
import type { Item, Key, Store } from './dynamo.ts'
import { MAX_READS } from './dynamo.ts'

export type Loader = (key: Key) => Promise<Item | undefined>

type Wanted = { key: Key } & PromiseWithResolvers<Item | undefined>

/** A loader of raw items of one table; consistent reads. */
export function openLoader(store: Pick<Store, 'getMany'>, table: TableName = 'main'): Loader {
  const wanted = new Map<string, Wanted>()
  let isReading = false

  const readAll = async () => {
    while (wanted.size > 0) {
      const batch = [...wanted].slice(0, MAX_READS)
      for (const [name] of batch) wanted.delete(name)
      await answer(
        (keys) => store.getMany(table, keys),
        batch.map(([, entry]) => entry),
      )
    }
    isReading = false
  }

  return (key) => {
    const name = nameOf(key)
    const entry = wanted.get(name) ?? { key, ...Promise.withResolvers<Item | undefined>() }
    wanted.set(name, entry)
    if (!isReading) {
      isReading = true
      setImmediate(() => void readAll())
    }
    return entry.promise
  }
}

async function answer(read: (keys: Key[]) => Promise<Item[]>, wanted: Wanted[]): Promise<void> {
  try {
    const items = await read(wanted.map(({ key }) => key))
    const found = new Map(items.map((item) => [nameOf(item), item]))
    for (const { key, resolve } of wanted) resolve(found.get(nameOf(key)))
  } catch (error) {
    for (const { reject } of wanted) reject(error)
  }
}

const nameOf = ({ pk, sk }: Key): string => `${pk}\0${sk}`
