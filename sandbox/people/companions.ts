/**
 * The linked devices of the simulated people: what the server must know to let one log in, and to let others write
 * to it. Device numbers run from 1 to 255 and are never given twice, because contacts keep Signal sessions by them.
 */
import { Fault } from '../fault.ts'
import type { Store } from '../store.ts'
import { addressKey } from '../wire/jids.ts'
import type { Person } from './people.ts'

export type SignedPublicKey = { id: number; public: Buffer; signature: Buffer }

export type Companion = {
  lid: string
  number: string
  device: number
  noiseKey: Buffer
  identity: Buffer
  registrationId: number
  signedPreKey: SignedPublicKey
  /** ADVSignedDeviceIdentity with both signatures: shows others that the phone vouches for this device. */
  signedIdentity: Buffer
  /** True once the phone has handed over app-state keys and history. */
  welcomed: boolean
}

export type Companions = ReturnType<typeof openCompanions>

/** One byte in the protocol's device addresses. */
const LAST_DEVICE = 255

export function openCompanions(store: Store) {
  const table = store.table<Companion>('companions')
  const known = new Map(table.all().map((companion) => [addressKey(companion), companion]))

  return {
    get: (lid: string, device: number): Companion | undefined => known.get(addressKey({ lid, device })),
    of: (person: Person): Companion[] =>
      [...known.values()].filter((companion) => companion.lid === person.lid),
    all: (): Companion[] => [...known.values()],

    save(companion: Companion) {
      known.set(addressKey(companion), companion)
      table.put(addressKey(companion), companion)
    },

    remove(companion: Companion) {
      known.delete(addressKey(companion))
      table.delete(addressKey(companion))
    },

    forget: () => known.clear(),
  }
}

/** The next device number of this person. Throws DEVICE_NUMBERS_EXHAUSTED after 255 links. */
export function nextDeviceNumber(person: Person): number {
  if (person.lastDevice >= LAST_DEVICE)
    throw new Fault(
      'DEVICE_NUMBERS_EXHAUSTED',
      `+${person.number} has linked ${LAST_DEVICE} devices already.`,
    )
  return person.lastDevice + 1
}
