/**
 * Group encryption with sender keys, as real phones do it: one chain per author and group, every message signed.
 * Written for the sandbox because Baileys' own skips every second key, keeps the skipped ones for ever and cannot
 * read back the ones it stored. Formats: SenderKeyMessage and SenderKeyDistributionMessage of the Signal protocol.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto'
import { Curve, generateSignalPubKey, proto } from '@whiskeysockets/baileys'
import { isSignedBy } from './verify.ts'

type Chain = {
  id: number
  iteration: number
  chainKey: Buffer
  signingPublic: Buffer
  /** Only in the author's own record. */
  signingPrivate?: Buffer
  /** Seeds of messages that have not come yet, by iteration. */
  skipped: Record<number, Buffer>
}

/** All chains of one author in one group; the newest comes last. */
export type SenderKeys = { chains: Chain[] }

const VERSION = Buffer.from([0x33])
const SIGNATURE_BYTES = 64
const CHAINS_KEPT = 5
const MOST_SKIPPED = 2000

export class SenderKeyError extends Error {
  override readonly name = 'SenderKeyError'
}

export function createSenderKeys(): SenderKeys {
  const signing = Curve.generateKeyPair()
  const chain: Chain = {
    id: randomInt(2 ** 31 - 1),
    iteration: 0,
    chainKey: randomBytes(32),
    signingPublic: Buffer.from(generateSignalPubKey(signing.public)),
    signingPrivate: Buffer.from(signing.private),
    skipped: {},
  }
  return { chains: [chain] }
}

/** What a member must be given to read the author's messages from now on. */
export function distributionOf(keys: SenderKeys): Buffer {
  const { id, iteration, chainKey, signingPublic: signingKey } = newest(keys)
  const body = proto.SenderKeyDistributionMessage.encode({ id, iteration, chainKey, signingKey }).finish()
  return Buffer.concat([VERSION, body])
}

/** Learns a chain. One that is known already stays where it is, for it may have advanced since. */
export function learnDistribution(keys: SenderKeys, distribution: Uint8Array): SenderKeys {
  const fields = proto.SenderKeyDistributionMessage.decode(distribution.subarray(1))
  const { id, iteration } = { id: fields.id ?? 0, iteration: fields.iteration ?? 0 }
  const chainKey = Buffer.from(fields.chainKey ?? [])
  const signingPublic = Buffer.from(fields.signingKey ?? [])
  const known = keys.chains.find((chain) => chain.id === id && chain.signingPublic.equals(signingPublic))
  const learned: Chain = known ?? { id, iteration, chainKey, signingPublic, skipped: {} }
  const others = keys.chains.filter((chain) => chain.id !== id)
  return { chains: [...others, learned].slice(-CHAINS_KEPT) }
}

/** Encrypts and signs; advances the chain in place. */
export function encryptForGroup(keys: SenderKeys, plain: Uint8Array): Buffer {
  const chain = newest(keys)
  if (!chain.signingPrivate) throw new SenderKeyError('Only the author can write with a sender key.')
  const iteration = chain.iteration
  const { iv, key } = messageKey(advance(chain))
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
  const body = proto.SenderKeyMessage.encode({ id: chain.id, iteration, ciphertext }).finish()
  const signed = Buffer.concat([VERSION, body])
  return Buffer.concat([signed, Curve.sign(chain.signingPrivate, signed)])
}

/** Verifies and decrypts; advances the chain in place. Throws SenderKeyError when the message cannot be read. */
export function decryptFromGroup(keys: SenderKeys, message: Buffer): Buffer {
  const signed = message.subarray(0, -SIGNATURE_BYTES)
  const { id, iteration, ciphertext } = proto.SenderKeyMessage.decode(signed.subarray(1))
  const chain = keys.chains.find((candidate) => candidate.id === id)
  if (!chain) throw new SenderKeyError('The sender key is unknown.')
  if (!isSignedBy(chain.signingPublic, signed, message.subarray(-SIGNATURE_BYTES)))
    throw new SenderKeyError('The signature of the group message is wrong.')
  const { iv, key } = messageKey(seedAt(chain, iteration ?? 0))
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([decipher.update(ciphertext ?? Buffer.alloc(0)), decipher.final()])
}

function newest(keys: SenderKeys): Chain {
  const chain = keys.chains.at(-1)
  if (!chain) throw new SenderKeyError('There is no sender key.')
  return chain
}

function seedAt(chain: Chain, iteration: number): Buffer {
  if (iteration < chain.iteration) {
    const seed = chain.skipped[iteration]
    if (!seed) throw new SenderKeyError('The key of this message was used already.')
    delete chain.skipped[iteration]
    return seed
  }
  if (iteration - chain.iteration > MOST_SKIPPED) throw new SenderKeyError('Too many messages are missing.')
  while (chain.iteration < iteration) {
    const skipped = chain.iteration
    chain.skipped[skipped] = advance(chain)
  }
  return advance(chain)
}

/** Gives the seed of the current message and moves the chain one step on. */
function advance(chain: Chain): Buffer {
  const seed = hmac(chain.chainKey, 1)
  chain.chainKey = hmac(chain.chainKey, 2)
  chain.iteration += 1
  return seed
}

const hmac = (key: Buffer, label: number) =>
  createHmac('sha256', key)
    .update(Buffer.from([label]))
    .digest()

function messageKey(seed: Buffer): { iv: Buffer; key: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', seed, Buffer.alloc(32), 'WhisperGroup', 48))
  return { iv: bytes.subarray(0, 16), key: bytes.subarray(16) }
}
