/** Small caches with a life span, without a timer each: there are several per device and hundreds of devices. */
import type { GroupMetadata } from '@whiskeysockets/baileys'

const MOST = 2000

/** In the shape that Baileys wants. What expired is gone at the next look, and swept when there is too much. */
export class ShortCache<T = unknown> {
  readonly #life: number
  readonly #now: () => number
  readonly #values = new Map<string, { value: unknown; until: number }>()

  constructor(lifeMs: number, now: () => number) {
    this.#life = lifeMs
    this.#now = now
  }

  get<V = T>(key: string): V | undefined {
    const found = this.#values.get(key)
    if (found && found.until > this.#now()) return found.value as V
    this.#values.delete(key)
    return undefined
  }

  set<V = T>(key: string, value: V): void {
    this.#values.delete(key)
    this.#values.set(key, { value, until: this.#now() + this.#life })
    if (this.#values.size > MOST) this.#values.delete(this.#values.keys().next().value ?? '')
  }

  del(key: string): void {
    this.#values.delete(key)
  }

  flushAll(): void {
    this.#values.clear()
  }
}

const MINUTE = 60_000

/** What survives a reconnect of a device. */
export type Caches = {
  groups: ShortCache<GroupMetadata>
  userDevices: ShortCache
  retries: ShortCache
  calls: ShortCache
  placeholders: ShortCache
}

/** Life spans as in Baileys (Defaults: DEFAULT_CACHE_TTLS). */
export const caches = (now: () => number): Caches => ({
  groups: new ShortCache(5 * MINUTE, now),
  userDevices: new ShortCache(5 * MINUTE, now),
  retries: new ShortCache(60 * MINUTE, now),
  calls: new ShortCache(5 * MINUTE, now),
  placeholders: new ShortCache(60 * MINUTE, now),
})
