/**
 * The Signal repository of a device: every ratchet step is an atomic unit of its own under one lock per account, never
 * part of a transaction of Baileys (defect D4), and a decrypted plaintext is journalled in the unit of its step. No
 * network inside the lock: a phone number is resolved to its LID before it is taken.
 */
import {
  DEFAULT_CONNECTION_CONFIG,
  isHostedPnUser,
  isPnUser,
  jidDecode,
  type SignalAuthState,
  type SignalKeyStoreWithTransaction,
  type SignalRepositoryWithLIDStore,
  type SocketConfig,
} from '@whiskeysockets/baileys'
import { Mutex } from 'async-mutex'
import { exclusively, HeldSession, isExclusive } from './hardening/index.ts'
import { plainWithoutHistory } from './history/notification.ts'
import { hashOf, type Journal } from './journal.ts'
import { readKeys, type Transactions, writeKeys } from './keys.ts'
import type { Line } from './line.ts'
import type { PreKeys } from './pre-keys.ts'
import { hasTakenEffect } from './replay.ts'
import { repairSenderKeys } from './sender-keys.ts'
import type { Changes, WriteSet } from './write-set.ts'

type Repository = SignalRepositoryWithLIDStore
type Logger = SocketConfig['logger']
type PnToLid = Parameters<SocketConfig['makeSignalRepository']>[2]

const PERSON = /^(\d+)(?::(\d+))?@(s\.whatsapp\.net|lid)$/

export type RatchetOptions = {
  set: WriteSet
  preKeys: PreKeys
  transactions: Transactions
  journal: Journal
}

export class Ratchet {
  readonly #options: RatchetOptions
  readonly #lock = new Mutex()
  /** What the step under the lock has changed so far. */
  #unit: Changes | undefined

  constructor(options: RatchetOptions) {
    this.#options = options
  }

  /** For `makeSignalRepository`; also takes over the key object that Baileys made for this connection. */
  repository(line: Line, auth: SignalAuthState, logger: Logger, pnToLid: PnToLid): Repository {
    this.#options.transactions.install(auth.keys as SignalKeyStoreWithTransaction)
    const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
      { creds: auth.creds, keys: this.#keys() },
      logger,
      async (pns) => (isExclusive() || !pnToLid ? undefined : line.untilLost(pnToLid(pns))),
    )
    this.#lockSteps(repository)
    this.#answerAtOnce(repository)
    this.#journalDecryption(repository, line)
    return repository
  }

  /**
   * Each message asks several times for the LID of a number that is known and for a session that is in use, and the
   * long way to the answer takes a dozen turns and the lock.
   */
  #answerAtOnce(repository: Repository): void {
    const { lidMapping } = repository
    const ask = lidMapping.getLIDForPN.bind(lidMapping)
    lidMapping.getLIDForPN = async (jid) => {
      const { lid, device } = this.#known(jid)
      return lid ? `${lid}${device ? `:${device}` : ''}@lid` : ask(jid)
    }
    const validate = repository.validateSession
    repository.validateSession = async (jid) => {
      const { lid, device } = this.#known(jid)
      const session = lid && this.#options.set.read('session', `${lid}_1.${device}`)
      const isOpen = session instanceof HeldSession && session.lend().haveOpenSession()
      return isOpen ? { exists: true } : validate(jid)
    }
  }

  #known(jid: string): { lid?: string; device: number } {
    const [, user, device = 0, server] = PERSON.exec(jid) ?? []
    const lid = server === 'lid' ? user : user && this.#options.set.read('lid-mapping', user)
    return { device: Number(device), ...(typeof lid === 'string' ? { lid } : {}) }
  }

  #lockSteps(repository: Repository): void {
    const stepOf = <A extends unknown[], R>(
      step: (...args: A) => Promise<R>,
      jidOf: (...args: A) => string | undefined,
    ) => {
      const original = step.bind(repository)
      return async (...args: A): Promise<R> => {
        await this.#resolve(repository, jidOf(...args))
        return this.#locked(() => original(...args))
      }
    }
    const nobody = () => undefined
    const target = ({ jid }: { jid: string }) => jid
    const self = (jid: string) => jid
    Object.assign(repository, {
      encryptMessage: stepOf(repository.encryptMessage, target),
      injectE2ESession: stepOf(repository.injectE2ESession, target),
      validateSession: stepOf(repository.validateSession, self),
      getSessionInfo: stepOf(repository.getSessionInfo, self),
      encryptGroupMessage: stepOf(repository.encryptGroupMessage, nobody),
      getSenderKeyDistributionMessage: stepOf(repository.getSenderKeyDistributionMessage, nobody),
      processSenderKeyDistributionMessage: stepOf(repository.processSenderKeyDistributionMessage, nobody),
      hasSenderKey: stepOf(repository.hasSenderKey, nobody),
      deleteSession: stepOf(repository.deleteSession, nobody),
      migrateSession: stepOf(repository.migrateSession, nobody),
    })
  }

  #journalDecryption(repository: Repository, line: Line): void {
    const decryptMessage = repository.decryptMessage.bind(repository)
    const decryptGroupMessage = repository.decryptGroupMessage.bind(repository)
    repository.decryptMessage = async (args) => {
      await this.#resolve(repository, args.jid)
      return this.#read(line, args.ciphertext, () => decryptMessage(args))
    }
    repository.decryptGroupMessage = (args) => this.#read(line, args.msg, () => decryptGroupMessage(args))
  }

  /**
   * The journal's answer for a redelivered ciphertext; otherwise one step of the ratchet and its row. Parts of the
   * history are none of Baileys' business: it sees that there was one.
   */
  async #read(line: Line, ciphertext: Uint8Array, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const { journal } = this.#options
    const origin = line.originOf(ciphertext) ?? { stanza: {}, encryption: '', hash: hashOf(ciphertext) }
    try {
      return await this.#locked(
        async () => {
          line.assertAlive()
          const known = journal.answer(origin.hash)
          return known ? { plain: known, isNew: false } : { plain: await decrypt(), isNew: true }
        },
        (unit, { plain, isNew }) => {
          if (origin.stanza.category === 'peer') this.#settleWhenHandled(line, origin.stanza.id ?? '')
          if (!isNew) return () => {}
          return journal.addTo(unit, origin, plain, line.ordinal)
        },
      ).then(({ plain }) => (origin.stanza.category === 'peer' ? plainWithoutHistory(plain) : plain))
    } catch (error) {
      if (!line.isLost && !isDuplicate(error))
        journal.add({ kind: 'undecryptable', stanza: origin.stanza, reason: reasonOf(error) }, line.ordinal)
      throw error
    }
  }

  /** A message between our own devices is settled only when Baileys has acted on it. */
  #settleWhenHandled(line: Line, messageId: string): void {
    const { journal, set } = this.#options
    line.whenHandled(() => journal.handled(messageId, (message) => hasTakenEffect(set, message)))
  }

  /** Learns the LID of a phone number, over the network if need be; inside the lock there is none. */
  async #resolve(repository: Repository, jid: string | undefined): Promise<void> {
    if (!jid || !(isPnUser(jid) || isHostedPnUser(jid))) return
    if (this.#options.set.has('lid-mapping', jidDecode(jid)?.user ?? '')) return
    await repository.lidMapping.getLIDForPN(jid).catch(() => null)
  }

  /** One atomic unit. Nothing of it stays when the work fails; a ratchet that moved is never moved back. */
  #locked<T>(work: () => Promise<T>, finish?: (unit: Changes, result: T) => () => void): Promise<T> {
    return this.#lock.runExclusive(() =>
      exclusively(async () => {
        const unit: Changes = {}
        this.#unit = unit
        try {
          const result = await work()
          const applied = finish?.(unit, result)
          this.#options.set.apply(unit)
          applied?.()
          return result
        } finally {
          this.#unit = undefined
        }
      }),
    )
  }

  /** No async context here: the unit belongs to whoever holds the lock of this account, and to nobody else. */
  #keys(): SignalKeyStoreWithTransaction {
    const { set, preKeys } = this.#options
    return {
      get: (type, ids) => readKeys(set, preKeys, type, ids, this.#unit) as never,
      set: async (changes) => writeKeys(set, repairSenderKeys(changes as Changes), this.#unit),
      isInTransaction: () => this.#unit !== undefined,
      transaction: (work) => work(),
    }
  }
}

/** The session the message belongs to has used its key: the message was read before, and is not lost. */
const isDuplicate = (error: unknown): boolean =>
  error instanceof Error && error.name === 'MessageCounterError'

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
