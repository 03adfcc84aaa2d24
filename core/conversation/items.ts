/** Items that several of a batch need: each is read once, all of them in one call. */
import type { Item, Key, Store } from '../platform/dynamo.ts'

export type Items = (key: Key) => Item | undefined

export async function itemsAt(store: Store, keys: Key[]): Promise<Items> {
  const wanted = [...new Map(keys.map((key) => [nameOf(key), key])).values()]
  const found = new Map((await store.getMany('main', wanted)).map((item) => [nameOf(item), item]))
  return (key) => found.get(nameOf(key))
}

const nameOf = ({ pk, sk }: Key): string => `${pk}\0${sk}`
