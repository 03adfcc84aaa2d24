/**
 * The ids that we make. Sessions and secrets are random; event ids are ULIDs that rise within a process, because the
 * event log is read in the order of its ids; a message gets a WhatsApp id the moment it is accepted.
 */
import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import { encodeTime, monotonicFactory, type ULIDFactory } from 'ulid'

/** 32 hex digits, as in seed 001. */
export const newSessionId = (): string => randomBytes(16).toString('hex')

/** Rises with every call, also within one millisecond and when the clock steps back. */
export const risingIds = (): ULIDFactory => monotonicFactory(random)

const pool = new Uint32Array(256)
let used = pool.length

/** From 0 up to 1, of the system's randomness, which is asked for many at once: a ULID takes sixteen. */
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  return pool[used++]! / 2 ** 32
}

/** Not higher than any ULID of that millisecond, and higher than all before it. */
export const lowestUlid = (milliseconds: number): string => `${encodeTime(milliseconds, 10)}${'0'.repeat(16)}`

/** The form WhatsApp Web itself gives its messages: `3EB0` and 18 upper-case hex digits. */
export const newMessageId = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`

/** The same key always names the same message, which is what makes a retried request the same message. */
export const messageIdOf = (sessionId: string, idempotencyKey: string): string =>
  `3EB0${createHash('sha256').update(`${sessionId}\0${idempotencyKey}`).digest('hex').slice(0, 18).toUpperCase()}`

/** Tokens are 256 random bits, so a plain SHA-256 is enough to store them. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** The shard that owns a session: stable for ever for a given number of shards. */
export const shardOf = (sessionId: string, shards: number): number =>
  createHash('sha256').update(sessionId).digest().readUInt32BE(0) % shards
