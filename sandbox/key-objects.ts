/**
 * Node 24 spends some 10 µs on a key that comes as bytes, for every HMAC and cipher, and Signal and Noise make about
 * twenty of them per message; a KeyObject made beforehand costs under 1 µs. Only the sandbox's own process is changed
 * in this way (main.ts), never one that embeds a sandbox. What the functions compute stays the same.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

type Create = (algorithm: string, key: unknown, ...rest: unknown[]) => unknown

export function useKeyObjects(): void {
  Object.assign(crypto, {
    createHmac: withKeyObject(crypto.createHmac as Create),
    createCipheriv: withKeyObject(crypto.createCipheriv as Create),
    createDecipheriv: withKeyObject(crypto.createDecipheriv as Create),
  })
  syncBuiltinESMExports()
}

const withKeyObject =
  (create: Create): Create =>
  (algorithm, key, ...rest) =>
    create(algorithm, isBytes(key) ? crypto.createSecretKey(key) : key, ...rest)

const isBytes = (key: unknown): key is Uint8Array => key instanceof Uint8Array && key.length > 0
