/**
 * The Signal side of a simulated phone: it reads what companions write, and writes to companions. Each step holds the
 * person's lock, so no two messages move one ratchet at the same time, and awaits nothing but computation.
 */
import {
  Curve,
  generateSignalPubKey,
  proto,
  unpadRandomMax16,
  writeRandomPadMax16,
} from '@whiskeysockets/baileys'
import libsignal from 'libsignal'
import type { Companion, SignedPublicKey } from '../people/companions.ts'
import type { People, Person } from '../people/people.ts'
import type { PublicPreKey } from '../people/prekeys.ts'
import type { Store } from '../store.ts'
import type { Address } from '../wire/jids.ts'
import { PhoneCipher, type PhoneSessions } from './cipher.ts'
import { keyedLock } from './lock.ts'
import {
  createSenderKeys,
  decryptFromGroup,
  distributionOf,
  encryptForGroup,
  learnDistribution,
} from './sender-keys.ts'
import { openSignalTables, signalStorage } from './storage.ts'

/** The public keys that open a session with a device. */
export type Bundle = {
  registrationId: number
  identity: Uint8Array
  signedPreKey: SignedPublicKey
  preKey?: PublicPreKey | undefined
}
export type Encrypted = { type: 'pkmsg' | 'msg'; ciphertext: Buffer }
export type Phones = ReturnType<typeof openPhones>

const PREKEY_MESSAGE = 3

export function openPhones(store: Store, people: People) {
  const tables = openSignalTables(store)
  const locked = keyedLock()
  const senderKeyOf = (person: Person, group: string, author: Address) =>
    `${person.lid}/${group}/${author.lid}:${author.device}`

  const encrypt = async (person: Person, to: Address, message: proto.IMessage, bundle: () => Bundle) => {
    const storage = signalStorage(tables, person)
    const address = protocolAddress(to)
    const record = (await storage.loadSession(address.toString())) as unknown as PhoneSessions
    const isOpen = record.haveOpenSession()
    if (!isOpen) await new libsignal.SessionBuilder(storage, address).initOutgoing(libsignalBundle(bundle()))
    const plain = writeRandomPadMax16(proto.Message.encode(message).finish())
    const cipher = new PhoneCipher(storage, address, isOpen ? record : undefined)
    const { type, body } = await cipher.encrypt(plain)
    return {
      type: type === PREKEY_MESSAGE ? 'pkmsg' : 'msg',
      ciphertext: Buffer.from(body),
    } satisfies Encrypted
  }

  return {
    /** Runs `action` while nothing else touches this person's ratchets. */
    locked: <T>(person: Person, action: () => Promise<T>): Promise<T> => locked(person.lid, action),

    /** Reads a pairwise message. Throws when it cannot be read; the state is then as before. */
    decrypt(person: Person, from: Address, type: string, ciphertext: Buffer): Promise<proto.Message> {
      return locked(person.lid, async () => {
        const cipher = new PhoneCipher(signalStorage(tables, person), protocolAddress(from))
        const padded =
          type === 'pkmsg'
            ? await cipher.decryptPreKeyWhisperMessage(ciphertext)
            : await cipher.decryptWhisperMessage(ciphertext)
        return proto.Message.decode(unpadRandomMax16(padded))
      })
    },

    /** To be called inside `locked`. `bundle` is asked for only when there is no session yet. */
    encrypt,

    /** To be called inside `locked`. The next message to this device opens a new session. */
    forgetSession: (person: Person, peer: Address) =>
      tables.sessions.delete(`${person.lid}/${protocolAddress(peer)}`),

    /** The store was emptied. */
    forget: () => tables.sessions.forget(),

    /** The keys with which a companion may write to this phone; the one-time key is made for this very bundle. */
    bundle(person: Person): Bundle {
      const preKey = { id: person.nextPreKey, pair: Curve.generateKeyPair() }
      tables.preKeys.put(`${person.lid}/${preKey.id}`, preKey.pair)
      person.nextPreKey += 1
      people.save(person)
      const { keyId, keyPair, signature } = person.signedPreKey
      return {
        registrationId: person.registrationId,
        identity: person.identity.public,
        signedPreKey: { id: keyId, public: Buffer.from(keyPair.public), signature: Buffer.from(signature) },
        preKey: { id: preKey.id, public: Buffer.from(preKey.pair.public) },
      }
    },

    /** To be called inside `locked`. Gives the message and the key that new readers need for it. */
    encryptForGroup(person: Person, group: string, message: proto.IMessage) {
      const key = senderKeyOf(person, group, { lid: person.lid, device: 0 })
      const keys = tables.senderKeys.get(key) ?? createSenderKeys()
      const distribution = distributionOf(keys)
      const plain = writeRandomPadMax16(proto.Message.encode(message).finish())
      const ciphertext = encryptForGroup(keys, plain)
      tables.senderKeys.put(key, keys)
      return { ciphertext, distribution }
    },

    /** To be called inside `locked`. The key from which this person's next group messages can be read. */
    senderKeyDistribution(person: Person, group: string): Buffer {
      const key = senderKeyOf(person, group, { lid: person.lid, device: 0 })
      const keys = tables.senderKeys.get(key) ?? createSenderKeys()
      tables.senderKeys.put(key, keys)
      return distributionOf(keys)
    },

    /** The next message to the group is written with a new key. */
    dropSenderKey: (person: Person, group: string) =>
      tables.senderKeys.delete(senderKeyOf(person, group, { lid: person.lid, device: 0 })),

    learnSenderKey(person: Person, author: Address, item: proto.Message.ISenderKeyDistributionMessage) {
      if (!item.groupId || !item.axolotlSenderKeyDistributionMessage) return
      const key = senderKeyOf(person, item.groupId, author)
      const keys = tables.senderKeys.get(key) ?? { chains: [] }
      tables.senderKeys.put(key, learnDistribution(keys, item.axolotlSenderKeyDistributionMessage))
    },

    /** Reads a group message. Throws SenderKeyError when it cannot be read; the state is then as before. */
    decryptFromGroup(person: Person, group: string, author: Address, ciphertext: Buffer): proto.Message {
      const key = senderKeyOf(person, group, author)
      const keys = tables.senderKeys.get(key) ?? { chains: [] }
      const plain = decryptFromGroup(keys, ciphertext)
      tables.senderKeys.put(key, keys)
      return proto.Message.decode(unpadRandomMax16(plain))
    },
  }
}

/** The bundle of a linked device as its uploads left it. */
export const companionBundle = (companion: Companion, preKey: PublicPreKey | undefined): Bundle => ({
  registrationId: companion.registrationId,
  identity: companion.identity,
  signedPreKey: companion.signedPreKey,
  preKey,
})

/**
 * Signal addresses are local names. These are not WhatsApp's (`<lid>_1`), because libsignal queues some of its work by
 * address for the whole process, and a client under test must not make a phone wait.
 */
const protocolAddress = ({ lid, device }: Address) => new libsignal.ProtocolAddress(`${lid}@phone`, device)

type LibsignalBundle = Parameters<libsignal.SessionBuilder['initOutgoing']>[0]

function libsignalBundle({ registrationId, identity, signedPreKey, preKey }: Bundle): LibsignalBundle {
  const publicKey = (key: Uint8Array) => Buffer.from(generateSignalPubKey(key))
  return {
    registrationId,
    identityKey: publicKey(identity),
    signedPreKey: {
      keyId: signedPreKey.id,
      publicKey: publicKey(signedPreKey.public),
      signature: signedPreKey.signature,
    },
    // libsignal runs without a one-time key as well; only its declaration asks for one.
    ...(preKey ? { preKey: { keyId: preKey.id, publicKey: publicKey(preKey.public) } } : {}),
  } as LibsignalBundle
}
