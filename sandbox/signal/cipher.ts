/**
 * libsignal's session cipher as the simulated phones use it. Three things differ from the original, and only in
 * these subclasses, because a client under test may share the very same module instance: a session that a message
 * does not fit is left as it was (upstream steps its ratchet and keeps that), nothing is printed (upstream prints
 * private keys), and the caller's lock takes the place of the process-wide queue.
 */
import { proto } from '@whiskeysockets/baileys'
import libsignal, { type ProtocolAddress, type SignalStorage } from 'libsignal'

/** What a session is to us; the rest is libsignal's business. */
type StoredSession = {
  serialize(): object
  constructor: { deserialize(data: object): StoredSession }
  indexInfo: { closed: number; used: number }
  _chains: Record<string, { chainType: number }>
}

type Sessions = {
  sessions: Record<string, StoredSession>
  serialize(): object
  haveOpenSession(): boolean
  getOpenSession(): StoredSession | undefined
  getSession(baseKey: Buffer): StoredSession | undefined
  getSessions(): StoredSession[]
}
type Ciphers = {
  getRecord(): Promise<PhoneSessions>
  storeRecord(record: PhoneSessions): Promise<void>
  doDecryptWhisperMessage(data: Buffer, session: StoredSession): Promise<Buffer>
  decryptPreKeyWhisperMessage(data: Buffer): Promise<Buffer>
  encrypt(data: Buffer): Promise<{ type: number; body: Buffer }>
}

const SessionRecord = libsignal.SessionRecord as unknown as {
  new (): Sessions
  deserialize(data: object): Sessions
}
const Cipher = libsignal.SessionCipher as unknown as {
  new (storage: SignalStorage, address: ProtocolAddress): Ciphers
}

const OPEN = -1
/** Upstream keeps 40, and reads and writes them all for every message; clients that often start anew would crawl. */
const CLOSED_SESSIONS_KEPT = 10
/** Upstream keeps one for every turn that a conversation took; real phones keep five. */
const READING_CHAINS_KEPT = 10
const READING = 2

/** All sessions with one device of one peer. */
export class PhoneSessions extends SessionRecord {
  static restore(json: string): PhoneSessions {
    return PhoneSessions.deserialize(JSON.parse(json)) as PhoneSessions
  }

  closeSession(session: StoredSession) {
    session.indexInfo.closed = Date.now()
  }

  openSession(session: StoredSession) {
    session.indexInfo.closed = OPEN
  }

  removeOldSessions() {
    const closed = Object.entries(this.sessions)
      .filter(([, session]) => session.indexInfo.closed !== OPEN)
      .sort(([, a], [, b]) => b.indexInfo.closed - a.indexInfo.closed)
    for (const [key] of closed.slice(CLOSED_SESSIONS_KEPT)) delete this.sessions[key]
    for (const { _chains: chains } of Object.values(this.sessions)) {
      const reading = Object.keys(chains).filter((key) => chains[key]?.chainType === READING)
      for (const key of reading.slice(0, -READING_CHAINS_KEPT)) delete chains[key]
    }
  }
}

/** For one step only: the record is loaded once, unless the caller has it, and thrown away with the cipher. */
export class PhoneCipher extends Cipher {
  private record: Promise<PhoneSessions> | undefined

  constructor(storage: SignalStorage, address: ProtocolAddress, loaded?: PhoneSessions) {
    super(storage, address)
    if (loaded) this.record = Promise.resolve(loaded)
  }

  override getRecord(): Promise<PhoneSessions> {
    this.record ??= super.getRecord()
    return this.record
  }

  queueJob<T>(job: () => Promise<T>): Promise<T> {
    return job()
  }

  async decryptWhisperMessage(data: Buffer): Promise<Buffer> {
    const record = await this.getRecord()
    const { plaintext } = await this.decryptWithSessions(data, record.getSessions())
    await this.storeRecord(record)
    return plaintext
  }

  /** With a single session nothing has to be undone: what failed is not stored. */
  async decryptWithSessions(data: Buffer, sessions: StoredSession[]) {
    const errors: unknown[] = []
    for (const session of sessions) {
      const before = sessions.length > 1 ? session.serialize() : undefined
      try {
        const plaintext = await this.doDecryptWhisperMessage(data, session)
        session.indexInfo.used = Date.now()
        return { session, plaintext }
      } catch (error) {
        errors.push(error)
        if (before) undo(session, before)
      }
    }
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'No session fits the message.')
  }

  /** A new session takes the place of the open one; closing that first spares libsignal's warning. */
  override async decryptPreKeyWhisperMessage(data: Buffer): Promise<Buffer> {
    const record = await this.getRecord()
    const { baseKey } = proto.PreKeySignalMessage.decode(data.subarray(1))
    const open = record.getOpenSession()
    if (open && !record.getSession(Buffer.from(baseKey ?? []))) record.closeSession(open)
    return super.decryptPreKeyWhisperMessage(data)
  }
}

function undo(session: StoredSession, before: object) {
  const original = session.constructor.deserialize(before)
  for (const key of Object.keys(session)) delete (session as Record<string, unknown>)[key]
  Object.assign(session, original)
}
