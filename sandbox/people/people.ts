/**
 * The simulated people: a phone number, a LID, and the keys of the phone in their pocket. They exist on first use
 * and for ever after; numbers that begin with 999 (no country has that code) are reserved for "not on WhatsApp".
 */
import { randomBytes, randomInt } from 'node:crypto'
import {
  Curve,
  generateRegistrationId,
  type KeyPair,
  type SignedKeyPair,
  signedKeyPair,
} from '@whiskeysockets/baileys'
import { SandboxError } from '../error.ts'
import type { Store } from '../store.ts'
import { parseJid } from '../wire/jids.ts'

export type Business = {
  description?: string | undefined
  website?: string | undefined
  email?: string | undefined
  address?: string | undefined
  category?: string | undefined
}

export type Person = {
  /** Digits only. */
  number: string
  lid: string
  name: string
  registrationId: number
  identity: KeyPair
  signedPreKey: SignedKeyPair
  /** The next one-time pre-key that the phone will make. */
  nextPreKey: number
  /** The highest companion number given so far; numbers are never used again. */
  lastDevice: number
  /** With this key the person's devices read each other's app-state patches. */
  appStateKey: Buffer
  about: string
  /** LIDs. */
  blocked: string[]
  /** Others see the LID alone, as of people with a username. */
  hidesNumber: boolean
  /** Without the `@`. */
  username?: string | undefined
  /** Who looks for the username has to know this, too. */
  usernameKey?: string | undefined
  /** What it says of itself, of a business. */
  business?: Business | undefined
}

export type People = ReturnType<typeof openPeople>

const E164_DIGITS = /^[1-9]\d{4,14}$/
const NOBODY = '999'
/** What people of an older file may lack. */
const NEW = { about: 'Hey there!', blocked: [] as string[], hidesNumber: false }

export function openPeople(store: Store) {
  const table = store.table<Person>('people')
  const byNumber = new Map<string, Person>()
  const byLid = new Map<string, Person>()
  const remember = (person: Person) => {
    byNumber.set(person.number, person)
    byLid.set(person.lid, person)
    return person
  }
  for (const person of table.all()) remember({ ...NEW, ...person })

  const isReachable = (number: string) => E164_DIGITS.test(number) && !number.startsWith(NOBODY)
  const find = (number: string): Person | undefined => {
    const known = byNumber.get(number)
    if (known || !isReachable(number)) return known
    const person = createPerson(number, freeLid(byLid))
    table.put(number, person)
    return remember(person)
  }

  return {
    isReachable,

    /** The person with this number, created on first use; undefined when nobody can have it. */
    find,

    /** The same for callers that name a number and expect somebody. Throws NUMBER_INVALID. */
    expect(number: string): Person {
      const person = find(number)
      if (!person)
        throw new SandboxError('NUMBER_INVALID', `Nobody on WhatsApp can have the number ${number}.`)
      return person
    },

    withUsername: (username: string): Person | undefined =>
      [...byNumber.values()].find((person) => person.username === username.toLowerCase()),

    withLid: (lid: string): Person | undefined => byLid.get(lid),

    /** The owner of a jid of either kind. */
    withJid(jid: string): Person | undefined {
      const parsed = parseJid(jid)
      if (parsed?.kind === 'lid') return byLid.get(parsed.user)
      if (parsed?.kind === 'pn') return find(parsed.user)
      return undefined
    },

    all: (): Person[] => [...byNumber.values()],
    save: (person: Person) => table.put(person.number, person),

    forget() {
      byNumber.clear()
      byLid.clear()
    },
  }
}

function createPerson(number: string, lid: string): Person {
  const identity = Curve.generateKeyPair()
  return {
    number,
    lid,
    name: `Person ${number.slice(-4)}`,
    registrationId: generateRegistrationId(),
    identity,
    signedPreKey: signedKeyPair(identity, 1),
    nextPreKey: 1,
    lastDevice: 0,
    appStateKey: randomBytes(32),
    ...NEW,
  }
}

function freeLid(taken: Map<string, unknown>): string {
  for (;;) {
    const lid = `1${String(randomInt(1e14)).padStart(14, '0')}`
    if (!taken.has(lid)) return lid
  }
}
