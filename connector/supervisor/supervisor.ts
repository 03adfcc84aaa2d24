/**
 * Looks after one session for as long as this connector owns it: makes what is follow what should be, opens lines and
 * opens them again, and tells the truth about it. Everything that takes time and changes the device runs one after the
 * other; whatever comes from a line that is not the present one is ignored.
 */
import { Fenced } from '#core/device/index.ts'
import type { Session } from '#core/session.ts'
import { adviceOnTaken } from '#core/sessions/number.ts'
import type { Closed, Device, Me } from '../socket/index.ts'
import { within } from '../within.ts'
import type { Request } from './answers.ts'
import { Attempts } from './attempts.ts'
import { choicesOf } from './choices.ts'
import { type Decision, LOGGED_OUT, numberTaken } from './decide.ts'
import { Dialer } from './dialer.ts'
import { type Detail, Display } from './display.ts'
import { Ending } from './ending.ts'
import { type Deeds, follow } from './follow.ts'
import { handOut } from './hand-out.ts'
import { DeviceHolder } from './holder.ts'
import { KnownSession } from './known-session.ts'
import type { Line } from './line.ts'
import { openLine } from './opened-line.ts'
import type { Outcome, Send } from './outbox.ts'
import { OwnNumber } from './own-number.ts'
import { forSession, type SessionParts, type SupervisorParts } from './parts.ts'
import { isRunning, type Phase } from './phase.ts'
import { openTraffic, type Traffic } from './traffic.ts'
import { verdictOn } from './verdict.ts'

const FLUSH_MS = 1_500
const OWNED_ELSEWHERE = 'another connector has opened its device'

export class Supervisor {
  readonly id: string
  readonly #parts: SessionParts
  readonly #why: string
  readonly #display: Display
  readonly #holder: DeviceHolder
  readonly #dialer: Dialer
  readonly #traffic: Traffic
  readonly #known: KnownSession
  readonly #attempts: Attempts
  readonly #ending: Ending
  readonly #number: OwnNumber
  #work: Promise<void> = Promise.resolve()
  /** How much of it there is. */
  #toDo = 0
  /** Somebody has asked for a connection since there was one. */
  #isAskedFor = false
  #change = Promise.withResolvers<void>()
  #isLeaving = false

  /** @param why the reason that is shown while it is connected for the first time */
  constructor(session: Session, epoch: number, why: string, given: SupervisorParts) {
    const parts = forSession(given, session, { session: () => this.session, device: () => this.device })
    this.id = session.id
    this.#why = why
    this.#parts = parts
    this.#known = new KnownSession(session, (known) => parts.tell?.(known, []))
    this.#attempts = new Attempts(parts.timing, parts.random)
    this.#number = new OwnNumber(session, parts.numbers, parts.log)
    this.#traffic = openTraffic(parts, {
      device: () => this.device,
      connection: () => this.#dialer.line?.connection,
      display: () => this.#display,
      takeOut: () => new Promise((done) => this.#do(async () => done(await handOut(this, parts, epoch)))),
    })
    this.#holder = new DeviceHolder(async () => {
      const device = await parts.openDevice(this.session, epoch, this.#traffic.hooks)
      device.onDead((error) => this.#died(device, error))
      return device
    }, parts.log)
    this.#dialer = new Dialer({
      holder: this.#holder,
      logins: parts.logins,
      patienceMs: parts.timing.CONNECT_TIMEOUT_MS,
      lineOf: (device) => this.#lineOf(device),
      failed: (error) => this.#notOpened(error),
    })
    this.#ending = new Ending({
      parts,
      dialer: this.#dialer,
      holder: this.#holder,
      attempts: this.#attempts,
      outbox: this.#traffic.outbox,
      session: () => this.session,
      phase: () => this.phase,
    })
    this.#display = new Display(
      {
        epoch,
        session: () => this.session,
        inOrder: parts.inOrder,
        onWritten: (change, events) => {
          this.#known.written(change)
          parts.tell?.(this.session, events)
        },
        onFenced: () => this.#drop('another connector writes for it'),
      },
      parts,
    )
  }

  get phase(): Phase {
    return this.#display.phase
  }

  get session(): Session {
    return this.#known.value
  }

  get device(): Device | undefined {
    return this.#holder.device
  }

  /** The stored session, as somebody has read it. */
  update(session: Session): void {
    this.#known.merge(session)
    this.#traffic.follow()
    this.#do(() => this.#obey())
  }

  /** Commands in order, behind earlier intents. What a stopped session is to send waits in the ledger. */
  async take(commands: Send[]): Promise<Outcome[]> {
    await this.#work
    while (!this.#isLeaving && isRunning(this.phase) && !this.device) await this.#change.promise
    if (this.#isLeaving) return commands.map(() => 'later')
    const { device } = this
    if (device?.linked) return this.#traffic.outbox.take(device, commands)
    const ids = commands.map(({ messageId }) => messageId)
    if (device || !this.#known.isLinked) await this.#traffic.outbox.fail(ids, 'not_linked')
    return commands.map(() => 'done')
  }

  /** Nothing is done for it, or told of it, and nothing waits: whoever wants something of it finds all in the store. */
  get isAtRest(): boolean {
    const isIdle = !isRunning(this.phase) && !this.session.wanted && !this.#known.pending
    return isIdle && this.#toDo === 0 && this.waiting === 0 && this.#display.isWritten
  }

  /** How many messages wait to be taken by WhatsApp. */
  get waiting(): number {
    return this.#traffic.outbox.waiting
  }

  /** Answers, whatever becomes of it, where the asker looks for it. */
  readonly answer = (request: Request): Promise<void> => this.#traffic.answer(request)

  /** To be called about every second. */
  tick(): void {
    this.#dialer.line?.tick()
    this.#traffic.tick()
    if (this.phase !== 'open') return
    const reason = this.#isStoreFailing() ? 'store_unavailable' : undefined
    if (this.#display.reason !== reason) this.#enter('open', { reason })
  }

  /**
   * Lets go because the shard is not ours any more. Resolves when the socket is closed.
   * @param isPlanned there is time to finish what is under way and to write down what is known
   */
  async release(isPlanned: boolean): Promise<void> {
    this.#isLeaving = true
    this.#traffic.outbox.leave()
    this.#dialer.retire()
    this.#attempts.leave()
    this.#changed()
    if (isPlanned) {
      const flushed = within(FLUSH_MS, this.#display.flush(), 'the last state').catch(() => undefined)
      await this.#ending.released()
      await flushed
    } else {
      await this.#dialer.hangUp('released')
      void this.#holder.retire()
    }
    this.#leave()
  }

  #do(work: () => Promise<void>): void {
    this.#toDo++
    this.#work = this.#work.then(async () => {
      try {
        if (!this.#isLeaving) await work()
      } catch (error) {
        if (error instanceof Fenced) this.#drop(OWNED_ELSEWHERE)
        else if (this.#isLeaving) this.#parts.log.info({ err: error }, 'left to whoever has the session next')
        else this.#parts.log.error({ err: error }, 'session not brought forward; it is tried again')
      } finally {
        this.#toDo--
      }
    })
  }

  /** Makes what is follow what should be. */
  async #obey(): Promise<void> {
    const { pending } = this.#known
    if (pending) {
      this.#parts.log.info({ intent: pending.n, action: pending.action }, 'session intent')
      await follow(pending, this.#deeds)
      this.#known.followed(pending)
    } else if (this.session.wanted && this.phase === 'idle')
      this.#begin({ reason: this.#why }, this.#scatter())
  }

  readonly #deeds: Deeds = {
    phase: () => this.phase,
    isWanted: () => this.session.wanted,
    begin: (detail) => {
      this.#isAskedFor = true
      this.#begin(detail)
    },
    enter: (phase, detail) => this.#enter(phase, detail),
    done: (n) => this.#display.done(n),
    hangUp: (why) => this.#ending.now(why),
    stop: () => this.#ending.stopped(),
    forgetLink: (reason, detail) => this.#forgetLink(reason, detail),
    remove: async () => {
      await this.#ending.erased('logout')
      await this.#display.flush()
      await this.#number.release(this.session)
      await this.#parts.purge(this.session)
      this.#parts.log.info('session deleted')
      this.#leave()
    },
  }

  #begin(detail: Detail, pause = 0): void {
    this.#attempts.reset()
    this.#enter('starting', detail)
    this.#dialer.dialIn(pause)
  }

  /** Where all sessions fell together because the store was silent, they do not come back together. */
  #scatter(): number {
    const { reconnectInterval } = this.session.settings
    return this.#why === 'store_unavailable' ? this.#attempts.pause(this.#why, reconnectInterval) : 0
  }

  #lineOf(device: Device): Line | undefined {
    this.#changed()
    if (!device.linked && this.#known.isLinked) {
      this.#do(() => this.#unlink(LOGGED_OUT))
      return
    }
    this.#enter('starting', { reason: this.#display.reason, action: this.#display.action })
    return openLine(device, this.#parts, {
      choices: { ...choicesOf(() => this.session), way: this.#parts.wayOf(this.session) },
      isStoreSlow: () => this.#isStoreFailing(),
      enter: (phase, detail) => this.#enter(phase, detail),
      qr: (text, expiresAt) => this.#parts.onQr(this.session, text, expiresAt),
      linked: (me) => this.#do(() => this.#linked(me)),
      open: (me) => this.#opened(me),
      closed: (line, closed) => this.#do(() => this.#closed(line, closed)),
    })
  }

  async #linked(me: Me): Promise<void> {
    const other = await this.#number.claim(this.session, me.phoneNumber)
    if (other) await this.#unlink(numberTaken(adviceOnTaken(other, this.session)), 'logout')
    else this.#enter('confirming', { me, claimed: this.#number.isClaimed })
  }

  /** What earlier releases have linked stays, also where two of them have one number. */
  async #claim(me: Me, isNew: boolean): Promise<void> {
    const other = await this.#number.claim(this.session, me.phoneNumber)
    if (other && isNew) return this.#unlink(numberTaken(adviceOnTaken(other, this.session)), 'logout')
    if (other)
      this.#parts.log.warn({ other: other.sessionId }, 'two sessions are linked to the same phone number')
    if (this.#number.isClaimed && this.phase === 'open')
      this.#enter('open', { me, claimed: true, reason: this.#display.reason })
  }

  #opened(me: Me): void {
    const { isNew } = this.#known
    if (!this.#number.isClaimed) this.#do(() => this.#claim(me, isNew))
    this.#enter('open', { me })
    this.#attempts.opened()
    this.#traffic.resume()
    if (this.#isAskedFor) this.#parts.catchUp()
    this.#isAskedFor = false
  }

  #notOpened(error: unknown): void {
    if (this.#isLeaving) return
    if (error instanceof Fenced) return void this.#drop(OWNED_ELSEWHERE)
    this.#parts.log.warn({ err: error }, 'device not opened; it is tried again')
    this.#retry('store_unavailable')
  }

  async #closed(line: Line, closed: Closed): Promise<void> {
    if (line !== this.#dialer.line) return
    await this.#ending.now('closed')
    await this.#known.refresh((id) => this.#parts.find(id), this.#parts.log)
    const storeFailing = this.#isStoreFailing()
    const { isOurs, log } = this.#parts
    const situation = { settings: this.session.settings, attempts: this.#attempts.count, storeFailing }
    const decision = await verdictOn(closed, situation, isOurs, log)
    if (closed.name !== 'restart' && !storeFailing) this.#attempts.failed()
    await this.#carryOut(decision)
  }

  async #carryOut(decision: Decision): Promise<void> {
    switch (decision.do) {
      case 'reconnect':
        this.#parts.onReconnect()
        this.#enter('starting', { reason: decision.reason })
        this.#dialer.dialIn(0)
        break
      case 'back-off':
        this.#parts.onReconnect()
        this.#retry(decision.reason, decision.action)
        break
      case 'stop':
        await this.#ending.stopped()
        this.#halt(decision)
        break
      case 'erase':
        await this.#unlink(decision)
        break
      case 'drop':
        this.#drop(OWNED_ELSEWHERE)
        break
    }
  }

  #retry(reason: string, action?: string): void {
    this.#enter('waiting', { reason, action })
    this.#dialer.dialIn(this.#attempts.pause(reason, this.session.settings.reconnectInterval))
  }

  #halt({ reason, action }: { reason: string; action: string }, detail: Detail = {}): void {
    this.#enter('halted', { reason, action, wanted: false, ...detail })
    this.#known.giveUp()
  }

  /**
   * What the device was is erased, however long the store takes.
   * @param how `forget` where the phone, or WhatsApp, has removed it already
   */
  async #unlink(why: { reason: string; action: string }, how: 'forget' | 'logout' = 'forget'): Promise<void> {
    this.#halt(why)
    const isErased = await this.#ending.erasedAtLast(how, why.reason, () => this.#isLeaving)
    if (isErased) this.#halt(why, { me: null })
  }

  async #forgetLink(reason: string, detail: Detail = {}): Promise<void> {
    await this.#ending.erased('logout', reason)
    this.#enter('idle', { me: null, ...detail })
  }

  #died(device: Device, error: Error): void {
    if (device !== this.device || this.#isLeaving) return
    if (error instanceof Fenced) return void this.#drop(OWNED_ELSEWHERE)
    this.#parts.log.error({ err: error }, 'device died')
    this.#holder.lost()
    this.#do(async () => {
      await this.#ending.now('device died')
      this.#attempts.failed()
      this.#retry('connector_error')
    })
  }

  #isStoreFailing(): boolean {
    const { now, timing, isStoreFailing } = this.#parts
    const since = this.device?.stats.committingSince
    return isStoreFailing() || (since !== undefined && now() - since > timing.STORE_SLOW_MS)
  }

  #enter(phase: Phase, detail: Detail = {}): void {
    if (this.#isLeaving) return
    if (detail.me !== undefined) this.#known.isLinked = detail.me !== null
    if (detail.me === null) {
      this.#traffic.forget()
      void this.#number.release(this.session)
    }
    this.#display.enter(phase, detail)
    this.#changed()
  }

  /** Another connector owns the session: nothing may be written or said about it here. */
  #drop(why: string): void {
    if (this.#isLeaving) return
    this.#parts.log.warn({ why }, 'session dropped')
    void this.release(false)
  }

  #leave(): void {
    this.#isLeaving = true
    this.#traffic.outbox.leave()
    this.#display.leave()
    this.#changed()
    this.#parts.onGone(this.id)
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }
}
