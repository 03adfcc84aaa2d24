/**
 * Links to files that work for a while without a token: the address says until when, and a signature that nobody else
 * can make. The key for it is made once and stored, so that links survive a restart and are the same from every process.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import type { Key, Store } from '../platform/dynamo.ts'

export type Links = {
  /** @param id of a file @param fileName is for the eye, at the end of the path */
  to(id: string, fileName?: string | undefined): Promise<string>
  /** `forged` when we did not make it, `expired` when its time is over. */
  check(id: string, expires: string, signature: string): Promise<'valid' | 'expired' | 'forged'>
  /** Where a file of this size may be left under this id, for so many seconds. */
  toLeave(id: string, size: number, seconds: number): Promise<string>
  checkLeaving(
    id: string,
    size: string,
    expires: string,
    signature: string,
  ): Promise<'valid' | 'expired' | 'forged'>
}

/** Seconds that a link works: a day at least, so that it is the same for all who ask within a day. */
const DAY = 86_400

const key: Key = { pk: 'SECRET', sk: 'MEDIA_LINKS' }
const Stored = z.object({ key: z.string() })

export function openLinks(store: Store, origin: string): Links {
  const signatureOf = async (what: string, expires: number | string): Promise<Buffer> => {
    return createHmac('sha256', await linkKey(store))
      .update(`${what} ${expires}`)
      .digest()
  }
  const check: Links['check'] = async (what, expires, signature) => {
    const [given, right] = [Buffer.from(signature, 'base64url'), await signatureOf(what, expires)]
    if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged'
    return Number(expires) * 1_000 > store.now() ? 'valid' : 'expired'
  }
  const base = origin.replace(/\/+$/, '')
  return {
    async to(id, fileName) {
      const expires = (Math.floor(store.now() / 1_000 / DAY) + 2) * DAY
      const signature = (await signatureOf(id, expires)).toString('base64url')
      const name = fileName ? `/${encodeURIComponent(fileName)}` : ''
      return `${base}/media/${id}${name}?expires=${expires}&signature=${signature}`
    },
    check,
    async toLeave(id, size, seconds) {
      const expires = Math.floor(store.now() / 1_000) + seconds
      const signature = (await signatureOf(leaving(id, size), expires)).toString('base64url')
      return `${base}/media/${id}?size=${size}&expires=${expires}&signature=${signature}`
    },
    checkLeaving: (id, size, expires, signature) => check(leaving(id, size), expires, signature),
  }
}

const keys = new WeakMap<Store, Promise<Buffer>>()

/** Made when the first file is stored, because not everybody who makes links may write it. */
export function linkKey(store: Store): Promise<Buffer> {
  const known = keys.get(store)
  if (known) return known
  const read = keyIn(store)
  keys.set(store, read)
  read.catch(() => keys.delete(store))
  return read
}

const leaving = (id: string, size: number | string): string => `PUT ${id} ${size}`

async function keyIn(store: Store): Promise<Buffer> {
  const made = randomBytes(32).toString('base64')
  const found = await store.get('main', Stored, key)
  if (!found) await store.create('main', { ...key, key: made })
  const stored = found ?? (await store.get('main', Stored, key))
  if (!stored) throw new Error('the key of media links was not stored')
  return Buffer.from(stored.key, 'base64')
}
