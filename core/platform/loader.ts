/**
 * Reads single items, together: what is asked for in one turn of the event loop travels as one batched read, and the
 * same key is read once. Nothing is kept beyond that turn, so a revoked token or a deleted session is gone at once.
 */
import type { Item, Key, Store } from './dynamo.ts'
import { MAX_READS } from './dynamo.ts'

export type Loader = (key: Key) => Promise<Item | undefined>

type Wanted = { key: Key } & PromiseWithResolvers<Item | undefined>

/** A loader of raw items of `main`; consistent reads. */
export function openLoader(store: Pick<Store, 'getMany'>): Loader {
  let wanted = new Map<string, Wanted>()

  const flush = () => {
    const all = [...wanted.values()]
    wanted = new Map()
    for (let start = 0; start < all.length; start += MAX_READS)
      void answer(store, all.slice(start, start + MAX_READS))
  }

  return (key) => {
    if (wanted.size === 0) setImmediate(flush)
    const name = nameOf(key)
    const entry = wanted.get(name) ?? { key, ...Promise.withResolvers<Item | undefined>() }
    wanted.set(name, entry)
    return entry.promise
  }
}

async function answer(store: Pick<Store, 'getMany'>, wanted: Wanted[]): Promise<void> {
  try {
    const items = await store.getMany(
      'main',
      wanted.map(({ key }) => key),
    )
    const found = new Map(items.map((item) => [nameOf(item), item]))
    for (const { key, resolve } of wanted) resolve(found.get(nameOf(key)))
  } catch (error) {
    for (const { reject } of wanted) reject(error)
  }
}

const nameOf = ({ pk, sk }: Key): string => `${pk}\0${sk}`
