/**
 * Signatures that stock Baileys and libsignal wave through, and private keys that libsignal prints. Each of these tests
 * fails without `harden()`.
 */
import {
  type AuthenticationCreds,
  addTransactionCapability,
  type BinaryNode,
  Curve,
  configureSuccessfulPairing,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  hmacSign,
  initAuthCreds,
  type KeyPair,
  proto,
  type SignalKeyStore,
  WA_ADV_ACCOUNT_SIG_PREFIX,
} from '@whiskeysockets/baileys'
import pino from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ForgedSignature, harden } from './index.ts'

harden()
harden()

const quiet = pino({ level: 'silent' })
const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
let printed: unknown[][]

beforeEach(() => {
  printed = []
  for (const level of LEVELS)
    vi.spyOn(console, level).mockImplementation((...words) => void printed.push(words))
})
afterEach(() => {
  vi.restoreAllMocks()
  expect(printed).toEqual([])
})

type Somebody = { creds: AuthenticationCreds; jid: string; preKey: KeyPair; repository: Repository }
type Repository = ReturnType<typeof DEFAULT_CONNECTION_CONFIG.makeSignalRepository>

async function somebody(user: string): Promise<Somebody> {
  const creds = initAuthCreds()
  const keys = addTransactionCapability(memoryKeys(), quiet, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  const preKey = Curve.generateKeyPair()
  await keys.set({ 'pre-key': { '1': preKey } })
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, quiet, async () => [])
  return { creds, jid: `${user}@lid`, preKey, repository }
}

function memoryKeys(): SignalKeyStore {
  const rows = new Map<string, unknown>()
  return {
    get: async (type, ids) =>
      Object.fromEntries(
        ids.flatMap((id) => (rows.has(type + id) ? [[id, rows.get(type + id)]] : [])),
      ) as never,
    set: async (changes) => {
      for (const [type, values] of Object.entries(changes))
        for (const [id, value] of Object.entries(values ?? {}))
          value === null ? rows.delete(type + id) : rows.set(type + id, structuredClone(value))
    },
  }
}

const bundleOf = ({ creds, preKey }: Somebody) => ({
  registrationId: creds.registrationId,
  identityKey: generateSignalPubKey(creds.signedIdentityKey.public),
  signedPreKey: {
    keyId: creds.signedPreKey.keyId,
    publicKey: generateSignalPubKey(creds.signedPreKey.keyPair.public),
    signature: creds.signedPreKey.signature,
  },
  preKey: { keyId: 1, publicKey: generateSignalPubKey(preKey.public) },
})

const flipped = (bytes: Uint8Array, at: number) => {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
  return changed
}

test('a pre-key bundle is accepted when its identity signed it, and refused otherwise', async () => {
  const [alice, bob, eve] = await Promise.all([somebody('1'), somebody('2'), somebody('3')])
  const genuine = bundleOf(bob)
  const { signedPreKey } = genuine
  const forged = [
    { ...genuine, signedPreKey: { ...signedPreKey, signature: flipped(signedPreKey.signature, 5) } },
    { ...genuine, signedPreKey: { ...signedPreKey, publicKey: flipped(signedPreKey.publicKey, 9) } },
    { ...genuine, identityKey: bundleOf(eve).identityKey },
  ]
  for (const session of forged)
    await expect(alice.repository.injectE2ESession({ jid: bob.jid, session })).rejects.toThrow(
      ForgedSignature,
    )
  expect(await alice.repository.validateSession(bob.jid)).toMatchObject({ exists: false })
  await alice.repository.injectE2ESession({ jid: bob.jid, session: genuine })
  expect(await alice.repository.validateSession(bob.jid)).toMatchObject({ exists: true })
})

test('a pairing is accepted when the phone signed our identity, and refused otherwise', () => {
  const creds = initAuthCreds()
  const phone = Curve.generateKeyPair()
  const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: 1, keyIndex: 1 }).finish()
  const claim = Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, creds.signedIdentityKey.public])
  const accountSignature = Curve.sign(phone.private, claim)

  const { creds: paired } = configureSuccessfulPairing(pairSuccess(accountSignature), creds)
  expect(paired.account?.deviceSignature).toHaveLength(64)
  expect(() => configureSuccessfulPairing(pairSuccess(flipped(accountSignature, 3)), creds)).toThrow(/verify/)
  expect(() => configureSuccessfulPairing(pairSuccess(new Uint8Array(64)), creds)).toThrow(/verify/)

  /** What a server would have to say; it can make the HMAC, because it has seen the QR. */
  function pairSuccess(signature: Uint8Array): BinaryNode {
    const account = { details, accountSignatureKey: phone.public, accountSignature: signature }
    const signed = proto.ADVSignedDeviceIdentity.encode(account).finish()
    const hmac = hmacSign(Buffer.from(signed), Buffer.from(creds.advSecretKey, 'base64'))
    const wrapped = proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish()
    const content = [
      { tag: 'device-identity', attrs: {}, content: wrapped },
      { tag: 'device', attrs: { jid: '1:1@s.whatsapp.net', lid: '2:1@lid' } },
    ]
    return { tag: 'iq', attrs: { id: '1' }, content: [{ tag: 'pair-success', attrs: {}, content }] }
  }
})

test('a group message that somebody else signed is refused', async () => {
  const [alice, bob] = await Promise.all([somebody('1'), somebody('2')])
  const group = '1@g.us'
  const { ciphertext, senderKeyDistributionMessage } = await alice.repository.encryptGroupMessage({
    group,
    meId: alice.jid,
    data: Buffer.from('hello'),
  })
  await bob.repository.processSenderKeyDistributionMessage({
    authorJid: alice.jid,
    item: { groupId: group, axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage },
  })
  const read = (msg: Uint8Array) => bob.repository.decryptGroupMessage({ group, authorJid: alice.jid, msg })
  await expect(read(flipped(ciphertext, ciphertext.length - 20))).rejects.toThrow('Invalid signature')
  expect(Buffer.from(await read(ciphertext)).toString()).toBe('hello')
})

test('sessions that close, fail and age out print nothing', async () => {
  const [alice, bob] = await Promise.all([somebody('1'), somebody('2')])
  const write = async (text: string) =>
    alice.repository.encryptMessage({ jid: bob.jid, data: Buffer.from(text) })
  const read = async ({ type, ciphertext }: Awaited<ReturnType<typeof write>>) =>
    Buffer.from(
      await bob.repository.decryptMessage({ jid: alice.jid, type, ciphertext: Buffer.from(ciphertext) }),
    ).toString()

  const start = async () => {
    const { preKey: _, ...bundle } = bundleOf(bob)
    await alice.repository.injectE2ESession({ jid: bob.jid, session: bundle })
  }
  await start()
  const old = await write('old')
  await start()
  const late = await write('late')
  expect(await read(old)).toBe('old')
  expect(await read(late)).toBe('late')
  const answer = await bob.repository.encryptMessage({ jid: alice.jid, data: Buffer.from('answer') })
  await alice.repository.decryptMessage({
    jid: bob.jid,
    type: answer.type,
    ciphertext: Buffer.from(answer.ciphertext),
  })
  const message = await write('broken')
  expect(message.type).toBe('msg')
  await expect(
    read({ ...message, ciphertext: flipped(message.ciphertext, message.ciphertext.length - 3) }),
  ).rejects.toThrow()
  for (let times = 0; times < 45; times++) {
    await start()
    await read(await write(`again ${times}`))
  }
  expect(await read(await write('still here'))).toBe('still here')
})

test('a message that came twice is known as a duplicate, also beside other sessions', async () => {
  const [alice, bob] = await Promise.all([somebody('1'), somebody('2')])
  const { preKey: _, ...bundle } = bundleOf(bob)
  await alice.repository.injectE2ESession({ jid: bob.jid, session: bundle })
  const read = (from: Somebody, by: Somebody, sent: { type: 'pkmsg' | 'msg'; ciphertext: Uint8Array }) =>
    by.repository.decryptMessage({ jid: from.jid, type: sent.type, ciphertext: Buffer.from(sent.ciphertext) })
  const first = await alice.repository.encryptMessage({ jid: bob.jid, data: Buffer.from('1') })
  await read(alice, bob, first)
  await read(bob, alice, await bob.repository.encryptMessage({ jid: alice.jid, data: Buffer.from('2') }))
  const third = await alice.repository.encryptMessage({ jid: bob.jid, data: Buffer.from('3') })
  expect(third.type).toBe('msg')
  await read(alice, bob, third)
  await expect(read(alice, bob, third)).rejects.toMatchObject({ name: 'MessageCounterError' })
})
