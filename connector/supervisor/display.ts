/**
 * What the world is told about a session: its phase becomes a status with a reason and an action, written down with
 * its events, and logged once per change. What is shown already is not written again.
 */
import type { Event } from '#core/contract/event.ts'
import type { HistoryState } from '#core/history.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Restriction } from '#core/restriction.ts'
import type { Session, State } from '#core/session.ts'
import type { Draft } from '../events/order.ts'
import type { StateWriter, Subject } from '../events/states.ts'
import type { Me } from '../socket/index.ts'
import { assertMove, type Phase, statusOf } from './phase.ts'

export type Detail = {
  reason?: string | undefined
  /** What a person has to do. */
  action?: string | undefined
  qr?: { text: string; expiresAt: string } | undefined
  /** Given when the device was linked (who it is) or has lost its link (null). */
  me?: Me | null
  /** Its number is this session's alone. */
  claimed?: boolean
  /** The number of the intent that is done with this. */
  doneIntent?: number
  /** False when nothing will be tried any more without a person. */
  wanted?: boolean
}

type Told =
  | Pick<Extract<Event, { type: 'session.status' }>, 'type' | 'payload'>
  | Pick<Extract<Event, { type: 'session.connected' }>, 'type' | 'payload'>
  | Pick<Extract<Event, { type: 'session.disconnected' }>, 'type' | 'payload'>

type Shown = Pick<State, 'status' | 'reason' | 'action' | 'qr'>

export type DisplayParts = { states: StateWriter; now: Clock; log: Log }

export class Display {
  readonly #parts: DisplayParts
  readonly #subject: Subject
  #phase: Phase = 'idle'
  #shown: Shown

  constructor(subject: Subject, parts: DisplayParts) {
    this.#subject = subject
    this.#parts = parts
    const { status, ...why } = subject.session().state
    this.#shown = shownAs(status, why)
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Why it is as it is; undefined when there is nothing to explain. */
  get reason(): string | undefined {
    return this.#shown.reason
  }

  /** What a person has to do about it. */
  get action(): string | undefined {
    return this.#shown.action
  }

  /** @throws IllegalMove */
  enter(phase: Phase, detail: Detail = {}): void {
    assertMove(this.#phase, phase)
    const before = this.#shown
    const { reason, action, qr } = detail
    const status = statusOf(phase)
    this.#phase = phase
    this.#shown = shownAs(status, detail)
    const changed = before.status !== status || before.reason !== reason || before.action !== action
    if (changed) this.#parts.log.info({ status, reason, was: before.status }, 'session status')
    if (
      changed ||
      qr ||
      detail.me !== undefined ||
      detail.wanted !== undefined ||
      detail.doneIntent !== undefined
    )
      this.#write(detail, changed ? this.#events(before.status, detail) : [])
  }

  /** What is shown stays; an intent is done. */
  done(doneIntent: number): void {
    this.#write({ doneIntent }, [])
  }

  /** What is shown stays; what WhatsApp keeps the account from has changed. */
  restricted(restriction: Restriction | undefined): void {
    const session = this.#subject.session()
    const timestamp = iso(this.#parts.now())
    const base = { sessionId: session.id, accountId: session.accountId, timestamp }
    const { since = timestamp } = session.state.restriction ?? {}
    this.#parts.log.info(
      { restriction },
      restriction ? 'account restricted' : 'account not restricted any more',
    )
    this.#parts.states.record(this.#subject, {
      state: { ...this.#shown, restriction },
      events: [
        restriction
          ? { ...base, type: 'session.restricted', payload: restriction }
          : { ...base, type: 'session.unrestricted', payload: { since } },
      ],
    })
  }

  /** What is shown stays; the history is taken over so far. */
  history(history: HistoryState): void {
    this.#parts.states.record(this.#subject, { state: { ...this.#shown, history }, events: [] })
  }

  /** The session is no longer ours: what is not written stays unwritten. */
  leave(): void {
    this.#phase = 'gone'
    this.#parts.states.forget(this.#subject)
  }

  get isWritten(): boolean {
    return !this.#parts.states.isBusy(this.#subject)
  }

  flush(): Promise<void> {
    return this.#parts.states.flush(this.#subject)
  }

  #write({ me, claimed, doneIntent, wanted }: Detail, events: Draft[]): void {
    this.#parts.states.record(this.#subject, {
      state: { ...this.#shown, ...this.#identity(me), ...(claimed ? { claimed } : {}) },
      ...(doneIntent === undefined ? {} : { doneIntent }),
      ...(wanted === undefined ? {} : { wanted }),
      events,
    })
  }

  #identity(me: Detail['me']) {
    if (me === undefined) return {}
    const connectedAt = this.#phase === 'open' ? { connectedAt: iso(this.#parts.now()) } : {}
    return me === null
      ? {
          linked: false,
          jid: undefined,
          lid: undefined,
          phoneNumber: undefined,
          claimed: undefined,
          restriction: undefined,
          history: undefined,
          connectedAt: undefined,
        }
      : {
          linked: true,
          jid: me.jid,
          lid: me.lid,
          phoneNumber: me.phoneNumber,
          pushName: me.name,
          platform: me.platform,
          ...(me.clientVersion ? { clientVersion: me.clientVersion } : {}),
          ...connectedAt,
        }
  }

  #events(was: State['status'], { reason, action, me }: Detail): Draft[] {
    const { status } = this.#shown
    const told: Told[] = [
      {
        type: 'session.status',
        payload: { status, was, ...(reason ? { reason } : {}), ...(action ? { action } : {}) },
      },
    ]
    if (status === 'connected' && was !== 'connected')
      told.push({
        type: 'session.connected',
        payload: { ...(me ? { phoneNumber: me.phoneNumber } : {}), ...(me?.lid ? { lid: me.lid } : {}) },
      })
    if (was === 'connected' && status !== 'connected')
      told.push({ type: 'session.disconnected', payload: { reason: reason ?? 'stopped' } })
    const { id: sessionId, accountId }: Session = this.#subject.session()
    const timestamp = iso(this.#parts.now())
    return told.map((one) => ({ ...one, sessionId, accountId, timestamp }))
  }
}

const shownAs = (
  status: State['status'],
  { reason, action, qr }: Pick<Detail, 'reason' | 'action' | 'qr'>,
): Shown => ({
  status,
  ...(reason ? { reason } : {}),
  ...(action ? { action } : {}),
  ...(qr ? { qr } : {}),
})
