/**
 * A supervised session with everything around it in memory: its record, a scripted device, and all that was written and
 * told. For use with fake timers.
 */

import { vi } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import type { Outcome } from '#core/contract/request.ts'
import type { Message } from '#core/message.ts'
import { iso } from '#core/platform/clock.ts'
import { type Log, logger } from '#core/platform/log.ts'
import { type Intent, type Session, Settings } from '#core/session.ts'
import type { StateChange } from '#core/sessions/index.ts'
import type { Claim } from '#core/sessions/number.ts'
import type { Timers } from '#core/timers.ts'
import { StateWriter } from '../../connector/events/states.ts'
import type { MessageKeys } from '../../connector/keys.ts'
import { Logins } from '../../connector/logins.ts'
import type { SupervisorParts } from '../../connector/supervisor/parts.ts'
import { Supervisor } from '../../connector/supervisor/supervisor.ts'
import { Timing } from '../../connector/timing.ts'
import { type ScriptedDevice, scriptedDevice } from './scripted-device.ts'

export const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
export const settle = () => pass(1)

export const NO_TIMERS: Timers = {
  known: async () => undefined,
  of: () => undefined,
  has: () => true,
  heard: () => undefined,
}
export const NO_KEYS: MessageKeys = {
  seal: () => '',
  opened: () => undefined,
  encode: () => new Uint8Array(),
  about: async () => undefined,
  encoded: async () => undefined,
}

/** A session as it is stored, a device, and everything that was written. */
export function supervised(
  options: {
    linked?: boolean
    /** Wanted before it came to this connector. */
    wanted?: boolean
    settings?: Partial<Settings>
    timing?: Partial<Timing>
    logins?: Logins
    /** Why it is connected for the first time. */
    why?: string
    log?: Log
  } = {},
) {
  const at = iso(Date.now())
  let stored: Session = {
    v: 1,
    id: 's1',
    accountId: 'a1',
    shard: 0,
    name: 'line',
    settings: Settings.parse({ reconnectInterval: 5_000, ...options.settings }),
    wanted: options.wanted ?? false,
    createdAt: at,
    updatedAt: at,
    state: { status: 'inactive', since: at, epoch: 0, doneIntent: 0, linked: options.linked ?? false },
  }
  let device: ScriptedDevice = scriptedDevice({ linked: options.linked ?? false })
  const written: StateChange[] = []
  const events: Event[] = []
  const qrs: string[] = []
  const purged: string[] = []
  const outcomes: Outcome[] = []
  const gone: string[] = []
  const trouble = {
    open: undefined as Error | undefined,
    opening: undefined as Promise<void> | undefined,
    isFenced: false,
    /** Who else has the number. */
    number: undefined as Claim | undefined,
    isTaken: false,
    lease: undefined as Error | undefined,
    states: undefined as Error | undefined,
    /** How often it was told that something may wait in the ledger. */
    caughtUp: 0,
  }
  let nextEvent = 0
  const newEventId = () => `E${nextEvent++}`
  const parts: SupervisorParts = {
    server: { mode: 'sandbox', url: 'ws://127.0.0.1:1/ws/chat', rootKey: '00'.repeat(32) },
    timing: Timing.parse(options.timing ?? {}),
    now: () => Date.now(),
    random: () => 1,
    newEventId,
    log: options.log ?? logger('silent'),
    logins: options.logins ?? new Logins(16),
    states: new StateWriter(
      async (_session, change, told) => {
        if (trouble.isFenced) return 'fenced'
        if (trouble.states) throw trouble.states
        written.push(change)
        events.push(...told)
        return 'written'
      },
      newEventId,
      logger('silent'),
    ),
    isStoreFailing: () => false,
    async openDevice() {
      await trouble.opening
      if (trouble.open) throw trouble.open
      if (device.state.isClosed) device = reopened(device)
      return device.device
    },
    takeOut: async () => undefined,
    appender: {
      append: async (_id, appended) => void events.push(...appended),
      store: async (appended) => void events.push(...appended),
      exclusively: (_id, work) => work(),
    },
    find: async () => stored,
    wayOf: () => undefined,
    numbers: { claim: async () => trouble.number, release: async () => undefined },
    async isOurs() {
      if (trouble.lease) throw trouble.lease
      return !trouble.isTaken
    },
    ledger: async (_session, messageId) => ({ id: messageId, status: 'accepted', times: {} }) as Message,
    accept: async () => undefined,
    keepHistory: async () => undefined,
    histories: { add: (work) => work() },
    seek: async () => undefined,
    unsent: async () => [],
    keysOf: () => NO_KEYS,
    contactsOf: () => ({
      news: async () => [],
      moveChats: async () => undefined,
      usernameOf: () => undefined,
    }),
    timersOf: () => NO_TIMERS,
    groupName: async () => 'Known',
    contentOf: async () => undefined,
    previews: async () => undefined,
    uploads: async () => ({ message: new Uint8Array() }),
    downloads: {
      stateOf: () => 'skipped',
      fetch: () => undefined,
      obtain: async () => undefined,
      resume: () => undefined,
    },
    answered: async (_session, _id, outcome) => void outcomes.push(outcome),
    purge: async ({ id }) => void purged.push(id),
    onQr: (_session, text) => void qrs.push(text),
    onReconnect: () => undefined,
    catchUp: () => void trouble.caughtUp++,
    onGone: (id) => void gone.push(id),
  }
  const supervisor = new Supervisor(stored, 1, options.why ?? 'takeover', parts)
  const WANTED: Partial<Record<Intent['action'], boolean>> = {
    start: true,
    restart: true,
    stop: false,
    logout: false,
  }
  return {
    supervisor,
    parts,
    get device() {
      return device
    },
    get shown() {
      return written.map(({ state: { status, reason } }) => (reason ? `${status}: ${reason}` : status))
    },
    /** The next that is opened. */
    newDevice: (linked: boolean) => {
      device = scriptedDevice({ linked })
      return device
    },
    written,
    events,
    qrs,
    purged,
    outcomes,
    gone,
    trouble,
    store: (change: Partial<Session>) => {
      stored = { ...stored, ...change }
      return stored
    },
    /** As the API asks and the connector is told. */
    async ask(action: Intent['action'], detail: Partial<Intent> = {}) {
      const intent = { n: (stored.intent?.n ?? 0) + 1, action, at: iso(Date.now()), ...detail }
      supervisor.update(this.store({ intent, wanted: WANTED[action] ?? stored.wanted }))
      await settle()
    },
    async connected() {
      await this.ask('start')
      device.line.open()
      await settle()
    },
    async tick(milliseconds: number) {
      for (let passed = 0; passed < milliseconds; passed += 500) {
        await pass(500)
        supervisor.tick()
      }
      await settle()
    },
  }
}

/** What is stored of a device that was closed, opened again. */
function reopened(closed: ScriptedDevice): ScriptedDevice {
  const fresh = scriptedDevice({ linked: closed.state.linked })
  fresh.state.storeError = closed.state.storeError
  return fresh
}
