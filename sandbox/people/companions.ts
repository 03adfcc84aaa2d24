/**
 * The linked devices of the simulated people: what the server must know to let one log in, and to let others write
 * to it. Device numbers run from 1 to 255 and are never given twice, because contacts keep Signal sessions by them.
 */
import { SandboxError } from '../error.ts'
import type { Store } from '../store.ts'
import { addressKey } from '../wire/jids.ts'
import type { Person } from './people.ts'

export type SignedPublicKey = { id: number; public: Buffer; signature: Buffer }

/** What a client says of itself; the phone shows it in the list of its linked devices. */
export type Shown = { name: string; browser: string; fullHistory: boolean }

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
  shown?: Shown
}

export type Companions = ReturnType<typeof openCompanions>

/** One byte in the protocol's device addresses. */
const LAST_DEVICE = 255

export function openCompanions(store: Store) {
  const table = store.table<Companion>('companions')
  const byPerson = new Map<string, Map<number, Companion>>()
  const remember = (companion: Companion) => {
    const theirs = byPerson.get(companion.lid) ?? new Map<number, Companion>()
    byPerson.set(companion.lid, theirs.set(companion.device, companion))
  }
  for (const companion of table.all()) remember(companion)

  return {
    get: (lid: string, device: number): Companion | undefined => byPerson.get(lid)?.get(device),
    of: ({ lid }: Person): Companion[] => [...(byPerson.get(lid)?.values() ?? [])],
    all: (): Companion[] => [...byPerson.values()].flatMap((theirs) => [...theirs.values()]),

    save(companion: Companion) {
      remember(companion)
      table.put(addressKey(companion), companion)
    },

    remove(companion: Companion) {
      byPerson.get(companion.lid)?.delete(companion.device)
      table.delete(addressKey(companion))
    },

    forget: () => byPerson.clear(),
  }
}

/** The next device number of this person. Throws DEVICE_NUMBERS_EXHAUSTED after 255 links. */
export function nextDeviceNumber(person: Person): number {
  if (person.lastDevice >= LAST_DEVICE)
    throw new SandboxError(
      'DEVICE_NUMBERS_EXHAUSTED',
      `+${person.number} has linked ${LAST_DEVICE} devices already.`,
    )
  return person.lastDevice + 1
}
