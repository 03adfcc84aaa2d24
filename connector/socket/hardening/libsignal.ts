/**
 * Repairs of libsignal 6.0.0, put in place once per process. It prints private keys to the console (these methods no
 * longer print at all), ignores whether the signature of a pre-key bundle is right, destroys a session by trying a
 * foreign message on it (defect D3), keeps a chain for every turn that a conversation ever took (defect D7), and queues
 * all accounts of a process that write to one contact behind each other, each in the async context of another (defect
 * D5). The bodies follow the originals otherwise. Two things are faster: sessions of a step under the account's lock stay
 * as they are between steps, and MACs are computed the short way.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { timingSafeEqual } from 'node:crypto'
import { HeldSession, heldSessions } from './held-sessions.ts'
import {
  libsignal,
  type PreKeyMessage,
  type Session,
  type SessionCipher,
  type SessionRecord,
} from './internals.ts'
import { deriveKeys, hmacSha256 } from './macs.ts'
import { verifySignature } from './verify.ts'

const CLOSED_SESSIONS_MAX = 40
/** Signal's own library keeps five. What comes later than ten turns of a conversation cannot be read. */
const READING_CHAINS_MAX = 10
const READING = 2
const DONE = Symbol.for('linekeeper.libsignal.repaired')
const exclusive = new AsyncLocalStorage<true>()

const Records = libsignal.SessionRecord
const readSession = Records.deserialize.bind(Records)
const { serialize } = Records.prototype
const writeSession = (record: SessionRecord) => serialize.call(record)
const held = heldSessions({ read: readSession, write: writeSession })

/** A signature that should have been made by a key that we were shown was not. */
export class ForgedSignature extends Error {
  override readonly name = 'ForgedSignature'
}

/** Runs work on the ratchets of one account. The caller holds that account's lock, so libsignal need not queue. */
export const exclusively = <T>(work: () => Promise<T>): Promise<T> => exclusive.run(true, work)

/** True inside `exclusively`. */
export const isExclusive = (): boolean => exclusive.getStore() === true

export function repairLibsignal(): void {
  const mark = libsignal.SessionCipher.prototype as object as Record<symbol, boolean>
  if (mark[DONE]) return
  mark[DONE] = true
  libsignal.curve.verifySignature = verifySignature
  silenceSessionRecord(Records.prototype)
  quickenMacs()
  repairCipher()
  holdSessions()
  repairBuilder()
}

function silenceSessionRecord(record: SessionRecord): void {
  record.closeSession = function (session) {
    if (!this.isClosed(session)) session.indexInfo.closed = Date.now()
  }
  record.openSession = (session) => {
    session.indexInfo.closed = -1
  }
  record.removeOldSessions = function () {
    const closed = Object.entries(this.sessions)
      .filter(([, session]) => this.isClosed(session))
      .sort(([, a], [, b]) => a.indexInfo.closed - b.indexInfo.closed)
    for (let surplus = Object.keys(this.sessions).length - CLOSED_SESSIONS_MAX; surplus > 0; surplus--) {
      const oldest = closed.shift()
      if (!oldest) throw new Error('Corrupt sessions object')
      delete this.sessions[oldest[0]]
    }
  }
}

function quickenMacs(): void {
  const { crypto } = libsignal
  crypto.calculateMAC = hmacSha256
  crypto.deriveSecrets = deriveKeys
  crypto.verifyMAC = (data, key, mac, length) => {
    const expected = hmacSha256(key, data).subarray(0, length)
    if (mac.length !== length || !timingSafeEqual(mac, expected)) throw new Error('Bad MAC')
  }
}

/** Only under the lock of an account; whoever else uses libsignal in this process gets what libsignal writes. */
function holdSessions(): void {
  const cipher = libsignal.SessionCipher.prototype
  const { encrypt, getRecord } = cipher
  const writing = new WeakSet<SessionCipher>()

  Records.deserialize = (stored) => (stored instanceof HeldSession ? stored.lend() : readSession(stored))
  Records.prototype.serialize = function () {
    return isExclusive() ? held.hold(this) : writeSession(this)
  }
  cipher.encrypt = function (data) {
    writing.add(this)
    return encrypt.call(this, data).finally(() => writing.delete(this))
  }
  cipher.getRecord = async function () {
    const record = await getRecord.call(this)
    if (record && !writing.has(this)) held.own(record)
    return record
  }
}

function repairCipher(): void {
  const cipher = libsignal.SessionCipher.prototype

  cipher.queueJob = function (job) {
    return exclusive.getStore() ? job() : libsignal.queueJob(this.addr.toString(), job)
  }

  const { maybeStepRatchet } = cipher
  cipher.maybeStepRatchet = function (session, remoteKey, previousCounter) {
    maybeStepRatchet.call(this, session, remoteKey, previousCounter)
    forgetOldChains(session)
  }

  cipher.decryptWithSessions = async function (data, sessions) {
    if (sessions.length === 0) throw new libsignal.errors.SessionError('No sessions available')
    const failures: unknown[] = []
    for (const session of sessions) {
      const isLast = failures.length === sessions.length - 1
      const before = isLast ? undefined : session.serialize()
      try {
        const plaintext = await this.doDecryptWhisperMessage(data, session)
        session.indexInfo.used = Date.now()
        return { session, plaintext }
      } catch (failure) {
        failures.push(failure)
        if (before) restore(session, before)
      }
    }
    throw meaningOf(failures)
  }

  cipher.decryptWhisperMessage = function (data) {
    return this.queueJob(async () => {
      const record = await this.getRecord()
      if (!record) throw new libsignal.errors.SessionError('No session record')
      const { plaintext } = await this.decryptWithSessions(data, record.getSessions())
      await this.storeRecord(record)
      return plaintext
    })
  }
}

/** They stand in the order in which they were opened. */
function forgetOldChains({ _chains: chains }: Session): void {
  const reading = Object.keys(chains).filter((key) => chains[key]?.chainType === READING)
  for (const key of reading.slice(0, -READING_CHAINS_MAX)) delete chains[key]
}

/** Only the session a message belongs to can know that its key was used: then it is a duplicate, not a stranger. */
function meaningOf(failures: unknown[]): Error {
  const used = failures.find((failure) => failure instanceof libsignal.errors.MessageCounterError)
  if (used instanceof Error) return used
  const error = new libsignal.errors.SessionError('No matching sessions found for message')
  error.cause = failures
  return error
}

function restore(session: Session, before: unknown): void {
  const original = session.constructor.deserialize(before)
  for (const name of Object.keys(session)) Reflect.deleteProperty(session, name)
  Object.assign(session, original)
}

function repairBuilder(): void {
  const builder = libsignal.SessionBuilder.prototype

  builder.initOutgoing = async function (bundle) {
    const { identityKey, signedPreKey, preKey } = bundle
    if (!verifySignature(identityKey, signedPreKey.publicKey, signedPreKey.signature))
      throw new ForgedSignature('The signed pre-key of a bundle is not signed by its identity key.')
    const address = this.addr.toString()
    const start = async () => {
      const baseKey = libsignal.curve.generateKeyPair()
      const session = await this.initSession(
        true,
        baseKey,
        undefined,
        identityKey,
        preKey?.publicKey,
        signedPreKey.publicKey,
        bundle.registrationId,
      )
      session.pendingPreKey = {
        signedKeyId: signedPreKey.keyId,
        baseKey: baseKey.pubKey,
        ...(preKey ? { preKeyId: preKey.keyId } : {}),
      }
      const record = (await this.storage.loadSession(address)) ?? new Records()
      held.own(record)
      const open = record.getOpenSession()
      if (open) record.closeSession(open)
      record.setSession(session)
      await this.storage.storeSession(address, record)
    }
    await (exclusive.getStore() ? start() : libsignal.queueJob(address, start))
  }

  builder.initIncoming = async function (record, message: PreKeyMessage) {
    if (record.getSession(message.baseKey)) return undefined
    const preKey = await this.storage.loadPreKey(message.preKeyId)
    if (message.preKeyId && !preKey) throw new libsignal.errors.PreKeyError('Invalid PreKey ID')
    const signedPreKey = await this.storage.loadSignedPreKey(message.signedPreKeyId)
    if (!signedPreKey) throw new libsignal.errors.PreKeyError('Missing SignedPreKey')
    const session = await this.initSession(
      false,
      preKey,
      signedPreKey,
      message.identityKey,
      message.baseKey,
      undefined,
      message.registrationId,
    )
    const open = record.getOpenSession()
    if (open) record.closeSession(open)
    record.setSession(session)
    return message.preKeyId
  }
}
