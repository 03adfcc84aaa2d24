/**
 * The inner parts of libsignal 6.0.0 that our repairs replace, with the types that the package does not publish.
 * Loading fails by name when a release has moved one of them, so that an upgrade cannot drop a repair in silence.
 */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** What one key of the other side has opened; `chainType` 1 is for writing, 2 for reading. */
export type Chain = { chainType: 1 | 2; messageKeys: Record<string, Buffer> }

export type Session = {
  _chains: Record<string, Chain>
  indexInfo: { used: number; closed: number; created: number; baseKey: Buffer; remoteIdentityKey: Buffer }
  pendingPreKey?: { signedKeyId: number; baseKey: Buffer; preKeyId?: number }
  serialize(): unknown
  constructor: { deserialize(data: unknown): Session }
}

export type SessionRecord = {
  sessions: Record<string, Session>
  getSessions(): Session[]
  getSession(baseKey: Buffer): Session | undefined
  getOpenSession(): Session | undefined
  setSession(session: Session): void
  isClosed(session: Session): boolean
  closeSession(session: Session): void
  openSession(session: Session): void
  removeOldSessions(): void
  serialize(): object
  haveOpenSession(): boolean
}

type KeyPair = { pubKey: Buffer; privKey: Buffer }

type Storage = {
  loadSession(address: string): Promise<SessionRecord | undefined>
  storeSession(address: string, record: SessionRecord): Promise<void>
  isTrustedIdentity(address: string, identityKey: Uint8Array): Promise<boolean>
  loadPreKey(id: number | undefined): Promise<KeyPair | undefined>
  loadSignedPreKey(id: number): Promise<KeyPair | undefined>
}

export type Bundle = {
  registrationId: number
  identityKey: Uint8Array
  signedPreKey: { keyId: number; publicKey: Uint8Array; signature: Uint8Array }
  preKey?: { keyId: number; publicKey: Uint8Array }
}

export type PreKeyMessage = {
  identityKey: Buffer
  baseKey: Buffer
  preKeyId?: number
  signedPreKeyId: number
  registrationId: number
}

export type SessionCipher = {
  addr: { toString(): string; id: string }
  storage: Storage
  getRecord(): Promise<SessionRecord | undefined>
  storeRecord(record: SessionRecord): Promise<void>
  queueJob<T>(job: () => Promise<T>): Promise<T>
  encrypt(data: Buffer): Promise<{ type: number; body: Buffer; registrationId: number }>
  doDecryptWhisperMessage(data: Buffer, session: Session): Promise<Buffer>
  maybeStepRatchet(session: Session, remoteKey: Buffer, previousCounter: number): void
  decryptWithSessions(data: Buffer, sessions: Session[]): Promise<{ session: Session; plaintext: Buffer }>
  decryptWhisperMessage(data: Buffer): Promise<Buffer>
}

export type SessionBuilder = {
  addr: { toString(): string; id: string }
  storage: Storage
  initOutgoing(bundle: Bundle): Promise<void>
  initIncoming(record: SessionRecord, message: PreKeyMessage): Promise<number | undefined>
  initSession(
    isInitiator: boolean,
    ourEphemeralKey: KeyPair | undefined,
    ourSignedKey: KeyPair | undefined,
    theirIdentityKey: Uint8Array,
    theirEphemeralKey: Uint8Array | undefined,
    theirSignedKey: Uint8Array | undefined,
    registrationId: number,
  ): Promise<Session>
}

type ErrorClass = new (message: string) => Error

type Parts = {
  SessionRecord: {
    prototype: SessionRecord
    new (): SessionRecord
    deserialize(stored: object): SessionRecord
  }
  SessionCipher: { prototype: SessionCipher }
  SessionBuilder: { prototype: SessionBuilder }
  curve: {
    generateKeyPair(): KeyPair
    verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  }
  crypto: {
    calculateMAC(key: Uint8Array, data: Uint8Array): Buffer
    deriveSecrets(input: Uint8Array, salt: Uint8Array, info: Uint8Array, chunks?: number): Buffer[]
    verifyMAC(data: Uint8Array, key: Uint8Array, mac: Uint8Array, length: number): void
  }
  errors: { SessionError: ErrorClass; MessageCounterError: ErrorClass; PreKeyError: ErrorClass }
  queueJob<T>(queue: string, job: () => Promise<T>): Promise<T>
}

export const libsignal: Parts = {
  SessionRecord: require('libsignal/src/session_record.js'),
  SessionCipher: require('libsignal/src/session_cipher.js'),
  SessionBuilder: require('libsignal/src/session_builder.js'),
  curve: require('libsignal/src/curve.js'),
  crypto: require('libsignal/src/crypto.js'),
  errors: require('libsignal/src/errors.js'),
  queueJob: require('libsignal/src/queue_job.js'),
}

const EXPECTED: [object, string[]][] = [
  [
    libsignal.SessionRecord.prototype,
    ['closeSession', 'openSession', 'removeOldSessions', 'getSessions', 'serialize'],
  ],
  [libsignal.SessionRecord, ['deserialize']],
  [libsignal.crypto, ['calculateMAC', 'deriveSecrets', 'verifyMAC']],
  [
    libsignal.SessionCipher.prototype,
    [
      'queueJob',
      'decryptWithSessions',
      'decryptWhisperMessage',
      'doDecryptWhisperMessage',
      'encrypt',
      'getRecord',
      'maybeStepRatchet',
    ],
  ],
  [libsignal.SessionBuilder.prototype, ['initOutgoing', 'initIncoming', 'initSession']],
  [libsignal.curve, ['verifySignature', 'generateKeyPair']],
]

for (const [part, methods] of EXPECTED)
  for (const method of methods)
    if (typeof Reflect.get(part, method) !== 'function')
      throw new Error(`libsignal has changed: ${method} is gone, and our repair of it with it`)
