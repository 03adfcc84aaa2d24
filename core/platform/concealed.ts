/**
 * What people said, sealed at rest where a session asks for it: an attribute of an item is stored as bytes that open only
 * under the key of its account and at the place of that item. Whoever writes names such a value `Concealed`; the store
 * seals it on its way in and opens it on its way out, so that nobody else has to know.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { derive, lock, unlock } from './cipher.ts'
import type { Key } from './dynamo.ts'
import { derivedKeys, Sealed } from './seal.ts'

/** The attribute under which a sealed value stands in place of itself; the other one names its account. */
const BYTES = '§'
const ACCOUNT = 'of'
const [PLAIN, DEFLATED] = [1, 3]
/** Shorter values do not get smaller by a whole write unit. */
const DEFLATE_ABOVE = 600
/** Accounts whose keys are remembered. */
const REMEMBERED = 1_000

export class Concealed {
  readonly account: string
  readonly value: unknown
  constructor(account: string, value: unknown) {
    this.account = account
    this.value = value
  }
}

export type Concealing = ReturnType<typeof openConcealing>
type Stored = { [BYTES]: Uint8Array; [ACCOUNT]: string }
type Attributes = Record<string, unknown>

/** @param keys in hex, the key of all content; the first one seals, all of them open */
export function openConcealing(keys: readonly string[]) {
  const known = new Map<string, Buffer[]>()
  const keysOf = (account: string): Buffer[] => {
    const derived =
      known.get(account) ?? keys.map((key) => derive(Buffer.from(key, 'hex'), `content of ${account}`))
    if (known.size >= REMEMBERED) known.clear()
    known.set(account, derived)
    return derived
  }

  const sealed = ({ account, value }: Concealed, place: string): Stored => {
    const [key] = keysOf(account)
    if (!key) throw new Error('CONTENT_KEY is needed to store what an encrypted session says')
    const text = Buffer.from(JSON.stringify(value))
    const isLong = text.length > DEFLATE_ABOVE
    const bytes = lock(key, isLong ? DEFLATED : PLAIN, isLong ? deflateRawSync(text) : text, place)
    return { [BYTES]: bytes, [ACCOUNT]: account }
  }

  const opened = (stored: Stored, place: string): unknown => {
    for (const key of keysOf(stored[ACCOUNT])) {
      const { kind, content } = unlock(key, stored[BYTES], place) ?? {}
      if (content) return JSON.parse((kind === DEFLATED ? inflateRawSync(content) : content).toString())
    }
    throw new Sealed('What was said here does not open: CONTENT_KEY is another one, or it was changed.')
  }

  return {
    /** Seals what is concealed among these attributes of the item, or values of its update. */
    in<A extends Attributes>(attributes: A, { pk, sk }: Key): A {
      const concealed = Object.entries(attributes).filter(([, value]) => value instanceof Concealed)
      if (concealed.length === 0) return attributes
      const place = `${pk}|${sk}`
      return {
        ...attributes,
        ...Object.fromEntries(concealed.map(([name, value]) => [name, sealed(value as Concealed, place)])),
      }
    },

    /** A value by itself, for what travels. @param place what is not secret about it, and must stay as it is */
    alone: (concealed: Concealed, place: string): string =>
      Buffer.from(sealed(concealed, place)[BYTES]).toString('base64'),

    /** @throws Sealed */
    openedAlone: (account: string, text: string, place: string): unknown =>
      opened({ [BYTES]: Buffer.from(text, 'base64'), [ACCOUNT]: account }, place),

    /** @throws Sealed */
    out<A extends Attributes>(item: A): A {
      const stored = Object.entries(item).filter(([, value]) => isStored(value))
      if (stored.length === 0) return item
      const place = `${item.pk}|${item.sk}`
      return {
        ...item,
        ...Object.fromEntries(stored.map(([name, value]) => [name, opened(value as Stored, place)])),
      }
    },
  }
}

/** The key that functions get for this, derived from the master key; as many as there are of that, in their order. */
export const contentKey = (masterKeys: string): string => derivedKeys(masterKeys, 'content')

const isStored = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && BYTES in value && ACCOUNT in value
