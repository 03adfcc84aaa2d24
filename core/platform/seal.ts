/**
 * Small secrets at rest: AES-256-GCM under a key derived from a given one for one account and purpose. The address of a
 * value is authenticated with it, so that a value moved to another place does not open.
 */
import { derive, lock, unlock } from './cipher.ts'

const SEALED = 1

export type TextSeal = {
  seal(plain: string, address: string): string
  /** @throws Sealed when the value was changed, moved, or sealed under another key */
  open(sealed: string, address: string): string
  /** The same under the first key; undefined when it is. @throws Sealed */
  renewed(sealed: string, address: string): string | undefined
}

/** A stored secret that no key of ours opens: the wrong key, or somebody changed the table. */
export class Sealed extends Error {
  override readonly name = 'Sealed'
}

/** A key of its own for one purpose, from which nobody gets back to the given one. Hex in, hex out. */
export const derivedKey = (masterKey: string, purpose: string): string =>
  derive(Buffer.from(masterKey, 'hex'), purpose).toString('hex')

/** The same of each of several, which stand behind commas as settings have them, in their order. */
export const derivedKeys = (masterKeys: string, purpose: string): string =>
  masterKeys
    .split(',')
    .map((key) => derivedKey(key, purpose))
    .join(',')

/** @param keys 32 bytes in hex each; the first one seals, all of them open (rotation: put the new one in front) */
export function textSeal(keys: readonly string[], account: string): TextSeal {
  const derived = keys.map((key) => Buffer.from(derivedKey(key, `account ${account}`), 'hex'))
  const [sealing] = derived
  if (!sealing) throw new Error('a key is needed to seal secrets')
  const seal: TextSeal['seal'] = (plain, address) =>
    lock(sealing, SEALED, Buffer.from(plain), address).toString('base64')
  const openedBy = (sealed: string, address: string): { plain: string; key: Buffer } => {
    const bytes = Buffer.from(sealed, 'base64')
    for (const key of derived) {
      const plain = tryOpen(key, bytes, address)
      if (plain !== undefined) return { plain, key }
    }
    throw new Sealed('A stored secret does not open: wrong key, or the row was changed.')
  }
  return {
    seal,
    open: (sealed, address) => openedBy(sealed, address).plain,
    renewed(sealed, address) {
      const { plain, key } = openedBy(sealed, address)
      return key === sealing ? undefined : seal(plain, address)
    },
  }
}

function tryOpen(key: Buffer, sealed: Buffer, address: string): string | undefined {
  const { kind, content } = unlock(key, sealed, address) ?? {}
  return kind === SEALED ? content?.toString() : undefined
}
