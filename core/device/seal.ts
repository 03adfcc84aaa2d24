/**
 * Device state at rest: AES-256-GCM under a key derived from the master key for one account and device. The address
 * of a value is authenticated with it, so that a value moved to another row, or to another device, does not open.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { derive, lock, unlock } from '#core/platform/cipher.ts'

const SEALED = 1
const SEALED_AND_DEFLATED = 3
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
      const body = deflate ? deflateRawSync(plain, { level: 1 }) : plain
      return lock(sealing, deflate ? SEALED_AND_DEFLATED : SEALED, body, address)
    },
    open(sealed, address) {
      for (const key of keys) {
        const plain = tryOpen(key, sealed, address)
        if (plain) return plain
      }
      throw new Unreadable('A stored device value does not open: wrong MASTER_KEY, or the row was changed.')
    },
    name: derive(sealing, 'name of a key').subarray(0, 8).toString('hex'),
    hasFormer: keys.length > 1,
  }
}

function tryOpen(key: Buffer, sealed: Uint8Array, address: string): Buffer | undefined {
  const { kind, content } = unlock(key, sealed, address) ?? {}
  if (content && kind === SEALED) return content
  if (content && kind === SEALED_AND_DEFLATED) return inflateRawSync(content)
  return
}

function deriveKey(masterKey: string, account: string, device: string): Buffer {
  const master = Buffer.from(masterKey, 'hex')
  if (master.length !== 32) throw new Error('MASTER_KEY must be 32 bytes in hex')
  return derive(derive(master, `account ${account}`), `device ${device}`)
}
