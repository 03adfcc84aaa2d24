/**
 * Short-lived tokens for places that keep nothing for long. A JWT stands for the token that it was made with and opens
 * what that opens; when that is revoked, its JWTs open nothing either, because each use looks it up.
 */
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../platform/clock.ts'
import { derivedKey } from '../platform/seal.ts'

/** Seconds. */
export const [JWT_LIFE, LONGEST_LIFE] = [15 * 60, 60 * 60]
const [ISSUER, ALGORITHM] = ['linekeeper', 'HS256']
/** Its head is JSON, so it begins as no token of ours does, nor one that somebody has chosen. */
const SHAPE = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/

export type Jwts = {
  /** @param partition where the token that it stands for is stored */
  sign(partition: string, accountId: string, seconds: number): Promise<string>
  /** The partition; undefined for what is none of ours, or too old. */
  open(text: string): Promise<string | undefined>
}

export const isJwt = (secret: string): boolean => SHAPE.test(secret)

/** @param keys in hex; the first signs, all of them open */
export function openJwts(keys: readonly string[], now: Clock): Jwts {
  const derived = keys.map((key) => Buffer.from(derivedKey(key, 'access'), 'hex'))
  const [signing] = derived
  if (!signing) throw new Error('a key is needed to sign tokens')
  const read = async (text: string, key: Uint8Array): Promise<string | undefined> => {
    try {
      const options = { issuer: ISSUER, algorithms: [ALGORITHM], currentDate: new Date(now()) }
      return (await jwtVerify(text, key, options)).payload.jti
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
  return {
    sign: (partition, accountId, seconds) =>
      new SignJWT({})
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setSubject(accountId)
        .setJti(partition)
        .setIssuedAt(Math.floor(now() / 1_000))
        .setExpirationTime(Math.floor(now() / 1_000) + seconds)
        .sign(signing),
    async open(text) {
      for (const key of derived) {
        const partition = await read(text, key)
        if (partition) return partition
      }
      return undefined
    },
  }
}
