/**
 * Node 24 prepares a key that comes as bytes for every single HMAC and cipher, in a way that costs 10 µs, three
 * quarters of the whole operation, and Signal and Noise make about twenty of them per message. A KeyObject made first
 * costs under 1 µs: so in this process node:crypto makes one. What its functions compute is the same.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

type Create = (algorithm: string, key: unknown, ...rest: unknown[]) => unknown

const DONE = Symbol.for('linekeeper.crypto.keys')

/** Idempotent. */
export function prepareSecretKeys(): void {
  const mark = crypto as object as Record<symbol, boolean>
  if (mark[DONE]) return
  mark[DONE] = true
  Object.assign(crypto, {
    createHmac: preparing(crypto.createHmac as Create),
    createCipheriv: preparing(crypto.createCipheriv as Create),
    createDecipheriv: preparing(crypto.createDecipheriv as Create),
  })
  syncBuiltinESMExports()
}

const preparing =
  (create: Create): Create =>
  (algorithm, key, ...rest) =>
    create(algorithm, isBytes(key) ? crypto.createSecretKey(key) : key, ...rest)

const isBytes = (key: unknown): key is Uint8Array => key instanceof Uint8Array && key.length > 0
