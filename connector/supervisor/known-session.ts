/**
 * A session as its owner knows it. Intent and settings come from outside and are read; state is written here only, so
 * what is read of it is never newer than what is known, and often older (an index lags behind).
 */
import { laterMark } from '#core/live/mark.ts'
import type { Log } from '#core/platform/log.ts'
import { type Intent, isPending, type Session } from '#core/session.ts'
import type { StateChange } from '#core/sessions/index.ts'
import { within } from '../within.ts'

const READ_MS = 1_000

export class KnownSession {
  #session: Session
  /** The last intent that was followed. */
  #done: number
  /** As far as anybody was told; the device itself may know better. */
  isLinked: boolean

  readonly #heard: (session: Session) => void

  /** @param heard called at once, and whenever somebody may have begun to listen to the session */
  constructor(session: Session, heard: (session: Session) => void = () => undefined) {
    this.#session = session
    this.#heard = heard
    this.#done = session.state.doneIntent
    this.isLinked = session.state.linked
    heard(session)
  }

  get value(): Session {
    return this.#session
  }

  /** Nobody knows yet whether its number may be its own: it was linked just now, or brought and never connected. */
  get isNew(): boolean {
    const { brought, state } = this.#session
    return !this.isLinked || (brought !== undefined && state.connectedAt === undefined)
  }

  /** What is to be done; undefined when all is. */
  get pending(): Intent | undefined {
    const { intent } = this.#session
    return intent && isPending(this.#session) && intent.n > this.#done ? intent : undefined
  }

  followed(intent: Intent): void {
    this.#done = Math.max(this.#done, intent.n)
  }

  /** Nothing is tried any more until somebody asks for it. */
  giveUp(): void {
    this.#session = { ...this.#session, wanted: false }
  }

  merge(read: Session): void {
    const [before, after] = [this.#session.intent?.n ?? 0, read.intent?.n ?? 0]
    if (after < before) return
    const wanted = after > before ? read.wanted : this.#session.wanted
    const listening = laterMark(this.#session.listening, read.listening)
    const isHeard = listening?.at !== this.#session.listening?.at
    this.#session = { ...read, state: this.#session.state, wanted, listening }
    if (isHeard) this.#heard(this.#session)
  }

  written({ state: change, doneIntent = 0 }: Pick<StateChange, 'state' | 'doneIntent'>): void {
    const { state } = this.#session
    const { status, restriction } = change
    const after = { ...state, status, doneIntent: Math.max(doneIntent, state.doneIntent) }
    if ('restriction' in change) after.restriction = restriction
    this.#session = { ...this.#session, state: after }
  }

  /** Settings may have changed; what cannot be read now is decided by what is known. */
  async refresh(find: (id: string) => Promise<Session | undefined>, log: Log): Promise<void> {
    try {
      const read = await within(READ_MS, find(this.#session.id), 'reading a session')
      if (read) this.merge(read)
    } catch (error) {
      log.warn({ err: error }, 'session not read; the known settings hold')
    }
  }
}
