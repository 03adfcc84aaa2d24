/**
 * Device state at rest: AES-256-GCM under a key derived from the master key for one account and device. The address
 * of a value is authenticated with it, so that a value moved to another row, or to another device, does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

const SEALED = 1
const SEALED_AND_DEFLATED = 3
const NONCE = 12
const TAG = 16
/** Shorter values do not get smaller by a whole write unit. */
const DEFLATE_ABOVE = 600

export type Seal = {
  seal(plain: Uint8Array, address: string): Buffer
  /** @throws Unreadable when the value was changed, moved, or sealed under another key */
  open(sealed: Uint8Array, address: string): Buffer
  /** Names the key that seals, and says nothing else about it. */
  readonly name: string
  /** Whether there are others, which only open. */
  readonly hasFormer: boolean
}

/** A stored value that no key of ours opens: the wrong MASTER_KEY, or somebody changed the table. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/**
 * @param masterKeys 32 bytes in hex each, comma-separated; the first one seals, all of them open. To change the key, put
 *   the new one in front.
 */
export function deviceSeal(masterKeys: string, account: string, device: string): Seal {
  const keys = masterKeys.split(',').map((key) => deriveKey(key, account, device))
  const [sealing] = keys
  if (!sealing) throw new Error('a master key is needed to seal device state')
  return {
    seal(plain, address) {
      const deflate = plain.length > DEFLATE_ABOVE
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce)
      cipher.setAAD(Buffer.from(address))
      const body = deflate ? deflateRawSync(plain, { level: 1 }) : plain
      const kind = Buffer.of(deflate ? SEALED_AND_DEFLATED : SEALED)
      return Buffer.concat([kind, nonce, cipher.update(body), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, address) {
      for (const key of keys) {
        const plain = tryOpen(key, sealed, address)
        if (plain) return plain
      }
      throw new Unreadable('A stored device value does not open: wrong MASTER_KEY, or the row was changed.')
    },
    name: Buffer.from(hkdfSync('sha256', sealing, '', 'linekeeper name of a key', 8)).toString('hex'),
    hasFormer: keys.length > 1,
  }
}

function tryOpen(key: Buffer, sealed: Uint8Array, address: string): Buffer | undefined {
  const kind = sealed[0]
  if (sealed.length < 1 + NONCE + TAG || (kind !== SEALED && kind !== SEALED_AND_DEFLATED)) return undefined
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE))
    cipher.setAAD(Buffer.from(address))
    cipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    const body = Buffer.concat([
      cipher.update(sealed.subarray(1 + NONCE, sealed.length - TAG)),
      cipher.final(),
    ])
    return kind === SEALED_AND_DEFLATED ? inflateRawSync(body) : body
  } catch {
    return undefined
  }
}

function deriveKey(masterKey: string, account: string, device: string): Buffer {
  const master = Buffer.from(masterKey, 'hex')
  if (master.length !== 32) throw new Error('MASTER_KEY must be 32 bytes in hex')
  const accountKey = hkdfSync('sha256', master, '', `linekeeper account ${account}`, 32)
  return Buffer.from(hkdfSync('sha256', Buffer.from(accountKey), '', `linekeeper device ${device}`, 32))
}
