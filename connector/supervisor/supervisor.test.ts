import PQueue from 'p-queue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { Fenced } from '#core/device/index.ts'
import type { Message } from '#core/message.ts'
import { iso } from '#core/platform/clock.ts'
import { logger } from '#core/platform/log.ts'
import { type Intent, type Session, Settings } from '#core/session.ts'
import type { StateChange } from '#core/sessions/index.ts'
import { ME, type ScriptedDevice, scriptedDevice } from '../../test/support/scripted-device.ts'
import { StateWriter } from '../events/states.ts'
import { Timing } from '../timing.ts'
import type { SupervisorParts } from './parts.ts'
import { Supervisor } from './supervisor.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
const settle = () => pass(1)

/** A session as it is stored, a device, and everything that was written. */
function world(
  options: { linked?: boolean; settings?: Partial<Settings>; timing?: Partial<Timing>; logins?: PQueue } = {},
) {
  const at = iso(Date.now())
  let stored: Session = {
    v: 1,
    id: 's1',
    accountId: 'a1',
    shard: 0,
    name: 'line',
    settings: Settings.parse({ reconnectInterval: 5_000, ...options.settings }),
    wanted: false,
    createdAt: at,
    updatedAt: at,
    state: { status: 'inactive', since: at, epoch: 0, doneIntent: 0, linked: options.linked ?? false },
  }
  let device: ScriptedDevice = scriptedDevice({ linked: options.linked ?? false })
  const written: StateChange[] = []
  const events: Event[] = []
  const qrs: string[] = []
  const purged: string[] = []
  const gone: string[] = []
  const trouble = {
    open: undefined as Error | undefined,
    opening: undefined as Promise<void> | undefined,
    isFenced: false,
    isTaken: false,
    lease: undefined as Error | undefined,
  }
  let nextEvent = 0
  const parts: SupervisorParts = {
    server: { mode: 'sandbox', url: 'ws://127.0.0.1:1/ws/chat', rootKey: '00'.repeat(32) },
    timing: Timing.parse(options.timing ?? {}),
    now: () => Date.now(),
    random: () => 1,
    newEventId: () => `E${nextEvent++}`,
    log: logger('silent'),
    logins: options.logins ?? new PQueue({ concurrency: 16 }),
    states: new StateWriter(async (_session, change, told) => {
      if (trouble.isFenced) return 'fenced'
      written.push(change)
      events.push(...told)
      return 'written'
    }, logger('silent')),
    isStoreFailing: () => false,
    async openDevice() {
      await trouble.opening
      if (trouble.open) throw trouble.open
      if (device.state.isClosed) device = reopened(device)
      return device.device
    },
    append: async (_id, appended) => void events.push(...appended),
    find: async () => stored,
    async isOurs() {
      if (trouble.lease) throw trouble.lease
      return !trouble.isTaken
    },
    ledger: async (_session, messageId) => ({ id: messageId, status: 'accepted', times: {} }) as Message,
    unsent: async () => [],
    encoded: async () => undefined,
    purge: async ({ id }) => void purged.push(id),
    onQr: (_session, text) => void qrs.push(text),
    onOpen: () => undefined,
    onGone: (id) => void gone.push(id),
  }
  const supervisor = new Supervisor(stored, 1, 'takeover', parts)
  const WANTED: Partial<Record<Intent['action'], boolean>> = {
    start: true,
    restart: true,
    stop: false,
    logout: false,
  }
  return {
    supervisor,
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

describe('linking', () => {
  test('goes from the start over the QR and the scan to connected, and tells each step once', async () => {
    const it = world()
    await it.ask('start')
    expect(it.written).toMatchObject([{ state: { status: 'connecting' }, doneIntent: 1 }])
    it.device.line.qr('QR 1')
    it.device.line.qr('QR 2')
    it.device.line.scanned()
    it.device.line.close('restart', 515)
    await settle()
    expect(it.device.lines).toHaveLength(2)
    it.device.line.open()
    await settle()
    expect(it.shown).toEqual([
      'connecting',
      'qr_generated',
      'qr_generated',
      'connecting',
      'connecting: restart_required',
      'connected',
    ])
    expect(it.qrs).toEqual(['QR 1', 'QR 2'])
    expect(it.written.at(-1)?.state).toMatchObject({
      linked: true,
      phoneNumber: ME.phoneNumber,
      jid: ME.jid,
      lid: ME.lid,
    })
    expect(it.events.map(({ type }) => type)).toEqual([
      'session.status',
      'session.status',
      'session.status',
      'session.status',
      'session.status',
      'session.connected',
    ])
  })

  test('ends with what a person has to do when no QR was scanned', async () => {
    const it = world()
    await it.ask('start')
    it.device.line.qr('QR')
    it.device.line.close('qr-expired', 408)
    await settle()
    expect(it.written.at(-1)).toMatchObject({
      state: { status: 'disconnected', reason: 'qr_expired' },
      wanted: false,
    })
    expect(it.device.calls).toEqual(['close'])
    await it.ask('start')
    expect(it.supervisor.phase).toBe('starting')
  })

  test('a phone that removed the device: shown at once, erased however long the store takes', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.state.storeError = new Error('the store is away')
    it.device.line.close('logged-out', 401)
    await settle()
    expect(it.shown.at(-1)).toBe('disconnected: logged_out')
    await pass(3_000)
    expect(it.written.at(-1)?.state).not.toHaveProperty('linked')
    it.device.state.storeError = undefined
    await pass(10_000)
    expect(it.written.at(-1)).toMatchObject({
      state: { status: 'disconnected', linked: false },
      wanted: false,
    })
  })

  test('a device that was erased while nobody could write it down counts as logged out', async () => {
    const it = world({ linked: true })
    it.newDevice(false)
    await it.ask('start')
    await settle()
    expect(it.written.at(-1)).toMatchObject({
      state: { status: 'disconnected', reason: 'logged_out', linked: false },
    })
  })
})

describe('a connection that is lost', () => {
  test('is opened again at once, then after growing pauses, and at once again after it has held', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.line.close('lost', 408)
    await settle()
    expect(it.device.lines).toHaveLength(2)
    it.device.line.open()
    it.device.line.close('lost', 408)
    await settle()
    expect(it.supervisor.phase).toBe('waiting')
    await pass(4_900)
    expect(it.device.lines).toHaveLength(2)
    await pass(200)
    expect(it.device.lines).toHaveLength(3)
    it.device.line.close('refused', 503)
    await pass(9_900)
    expect(it.device.lines).toHaveLength(3)
    await pass(200)
    expect(it.device.lines).toHaveLength(4)
    it.device.line.open()
    await pass(31_000)
    it.device.line.close('lost', 408)
    await settle()
    expect(it.device.lines).toHaveLength(5)
  })

  test('is decided by the settings as they are then', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.store({ settings: Settings.parse({ autoReconnect: false }) })
    it.device.line.close('closed', 428)
    await settle()
    expect(it.written.at(-1)?.state).toMatchObject({
      status: 'disconnected',
      action: 'Please restart the session',
    })
  })

  test('a start while it waits does not wait any longer', async () => {
    const it = world({ linked: true })
    await it.ask('start')
    it.device.line.close('refused', 503)
    await settle()
    expect(it.supervisor.phase).toBe('waiting')
    await it.ask('start')
    expect(it.device.lines).toHaveLength(2)
  })
})

describe('a line that says nothing', () => {
  test('on the way is given up, also when the socket never closes it', async () => {
    const it = world({ linked: true })
    await it.ask('start')
    await it.tick(24_000)
    expect(it.shown.at(-1)).toBe('connecting')
    await it.tick(2_000)
    expect(it.shown.at(-1)).toBe('connecting: connect_timeout')
    expect(it.device.lines[0]?.ended).toBeDefined()
  })

  test('is asked for a sign of life, and stays when it answers', async () => {
    const it = world({ linked: true })
    await it.connected()
    await it.tick(60_000)
    expect(it.device.line.probes).toBeGreaterThanOrEqual(5)
    expect(it.supervisor.phase).toBe('open')
    expect(it.device.lines).toHaveLength(1)
  })

  test('is replaced within fifteen seconds when it does not', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.line.answer = 'silence'
    await it.tick(15_000)
    expect(it.shown.at(-1)).toBe('connecting: connection_lost')
    expect(it.device.lines).toHaveLength(2)
  })

  test('is not blamed while our own store holds everything back; that is shown as the reason', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.line.answer = 'silence'
    it.device.state.stats = { ...it.device.state.stats, committingSince: Date.now() }
    await it.tick(30_000)
    expect(it.device.lines).toHaveLength(1)
    expect(it.shown.at(-1)).toBe('connected: store_unavailable')
    it.device.line.answer = 'pong'
    it.device.state.stats = { ...it.device.state.stats, committingSince: undefined }
    await it.tick(1_000)
    expect(it.shown.at(-1)).toBe('connected')
  })
})

describe('what is asked', () => {
  test('a start of a started session changes nothing but that it is done', async () => {
    const it = world({ linked: true })
    await it.connected()
    const before = it.shown.length
    await it.ask('start')
    expect(it.device.lines).toHaveLength(1)
    expect(it.written.slice(before)).toMatchObject([{ state: { status: 'connected' }, doneIntent: 2 }])
    expect(it.events.filter(({ type }) => type === 'session.status')).toHaveLength(2)
  })

  test('a stop while the device is being opened closes it, and connects nothing', async () => {
    const it = world({ linked: true })
    const opening = Promise.withResolvers<void>()
    it.trouble.opening = opening.promise
    await it.ask('start')
    await it.ask('stop')
    opening.resolve()
    await settle()
    expect(it.device.lines).toHaveLength(0)
    expect(it.device.calls).toEqual(['close'])
    expect(it.written.at(-1)).toMatchObject({ state: { status: 'inactive' }, doneIntent: 2 })
  })

  test('whatever an ended line still says is not heard', async () => {
    const it = world({ linked: true })
    await it.connected()
    const { line } = it.device
    await it.ask('stop')
    line.open()
    line.close('replaced', 440)
    await settle()
    expect(it.shown.at(-1)).toBe('inactive')
  })

  test('delete logs out, erases everything and leaves', async () => {
    const it = world({ linked: true })
    await it.connected()
    await it.ask('delete')
    expect(it.device.calls).toContain('logout')
    expect(it.purged).toEqual(['s1'])
    expect(it.gone).toEqual(['s1'])
  })

  test('clear-auth of a wanted session goes on to a new QR', async () => {
    const it = world({ linked: true })
    await it.connected()
    const fresh = it.newDevice(false)
    await it.ask('clear-auth')
    expect(fresh.lines).toHaveLength(1)
    fresh.line.qr('QR')
    await settle()
    expect(it.shown.at(-1)).toBe('qr_generated')
  })

  test('a logout that a start has overtaken is done first', async () => {
    const it = world({ linked: true })
    await it.connected()
    const fresh = it.newDevice(false)
    await it.ask('start', { unlinkFirst: true })
    expect(fresh.lines).toHaveLength(1)
    expect(it.shown.slice(-2)).toEqual(['inactive', 'connecting'])
  })

  test('what cannot be done now is done when it is asked again, and only then called done', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.state.storeError = new Error('the store is away')
    await it.ask('logout')
    expect(it.written.at(-1)?.doneIntent).not.toBe(2)
    it.device.state.storeError = undefined
    it.supervisor.update(it.store({}))
    await settle()
    expect(it.written.at(-1)).toMatchObject({ state: { status: 'inactive', linked: false }, doneIntent: 2 })
  })

  test('an older reading of the session is not believed', async () => {
    const it = world({ linked: true })
    await it.ask('start')
    const older = it.store({})
    await it.ask('stop')
    it.supervisor.update(older)
    await settle()
    expect(it.shown.at(-1)).toBe('inactive')
  })
})

describe('a store that does not answer', () => {
  test('is named, and tried again until the device is open', async () => {
    const it = world({ linked: true })
    it.trouble.open = new Error('the store is away')
    await it.ask('start')
    expect(it.shown.at(-1)).toBe('connecting: store_unavailable')
    await pass(20_000)
    expect(it.shown.at(-1)).toBe('connecting: store_unavailable')
    it.trouble.open = undefined
    await pass(6_000)
    expect(it.device.lines).toHaveLength(1)
  })
})

describe('another owner', () => {
  test('that has the device ends the session here, and nothing is written about it', async () => {
    const it = world({ linked: true })
    it.trouble.open = new Fenced('a later epoch')
    await it.ask('start')
    const before = it.written.length
    await pass(60_000)
    expect(it.gone).toEqual(['s1'])
    expect(it.written).toHaveLength(before)
  })

  test('that writes its state ends it too', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.trouble.isFenced = true
    it.device.line.close('lost', 408)
    await settle()
    expect(it.gone).toEqual(['s1'])
    expect(it.device.calls).toContain('close')
  })

  test('whose connection replaced ours: we drop the session instead of stopping it', async () => {
    const it = world({ linked: true })
    await it.connected()
    const before = it.written.length
    it.trouble.isTaken = true
    it.device.line.close('replaced', 440)
    await settle()
    expect(it.gone).toEqual(['s1'])
    expect(it.written).toHaveLength(before)
  })

  test('is not ruled out while the lease cannot be read, so nothing is ended for good then', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.trouble.lease = new Error('the store is away')
    it.device.line.close('logged-out', 401)
    await settle()
    expect(it.shown.at(-1)).toBe('connecting: store_unavailable')
    expect(it.device.calls).toEqual([])
  })

  test('a device that dies of it takes the session with it', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.die(new Fenced('a later epoch'))
    await settle()
    expect(it.gone).toEqual(['s1'])
  })
})

describe('letting go', () => {
  test('as planned closes the device first and leaves what is shown as it is', async () => {
    const it = world({ linked: true })
    await it.connected()
    const before = it.shown.length
    await it.supervisor.release(true)
    expect(it.device.calls).toEqual(['close'])
    expect(it.shown).toHaveLength(before)
    expect(it.gone).toEqual(['s1'])
  })

  test('in need ends the socket without waiting for anything', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.device.close = () => new Promise(() => {})
    await it.supervisor.release(false)
    expect(it.device.line.ended).toBeDefined()
  })
})

describe('messages', () => {
  const send = {
    messageId: 'M1',
    to: '4915100000002@s.whatsapp.net',
    text: 'Hi',
    acceptedAt: '',
    isRepeat: false,
  }
  const now = () => ({ ...send, acceptedAt: iso(Date.now()) })
  const failed = (events: Event[]) =>
    events.flatMap((event) => (event.type === 'message.status' ? [event.payload] : []))

  test('wait for a device that is being opened', async () => {
    const it = world({ linked: true })
    const opening = Promise.withResolvers<void>()
    it.trouble.opening = opening.promise
    await it.ask('start')
    const taken = it.supervisor.take([now()])
    await settle()
    expect(it.device.accepted).toEqual([])
    opening.resolve()
    await settle()
    expect(await taken).toEqual(['done'])
    expect(it.device.accepted.map(({ id }) => id)).toEqual(['M1'])
  })

  test('of a session that is not linked fail', async () => {
    const it = world()
    expect(await it.supervisor.take([now()])).toEqual(['done'])
    expect(failed(it.events)).toEqual([{ messageId: 'M1', status: 'failed', reason: 'not_linked' }])
  })

  test('of a stopped session are left in the ledger', async () => {
    const it = world({ linked: true })
    expect(await it.supervisor.take([now()])).toEqual(['done'])
    expect(it.events).toEqual([])
    expect(it.device.accepted).toEqual([])
  })

  test('that come while the session leaves are for the next owner', async () => {
    const it = world({ linked: true })
    const opening = Promise.withResolvers<void>()
    it.trouble.opening = opening.promise
    await it.ask('start')
    const taken = it.supervisor.take([now()])
    await settle()
    void it.supervisor.release(false)
    opening.resolve()
    await settle()
    expect(await taken).toEqual(['later'])
  })

  test('that were never sent are told to have failed when the device is erased', async () => {
    const it = world({ linked: true })
    await it.connected()
    await it.supervisor.take([now()])
    await it.ask('logout')
    expect(failed(it.events)).toEqual([{ messageId: 'M1', status: 'failed', reason: 'logged_out' }])
  })
})

test('no more sessions than allowed are connecting at the same time', async () => {
  const logins = new PQueue({ concurrency: 2 })
  const several = Array.from({ length: 5 }, () => world({ linked: true, logins }))
  for (const it of several) await it.ask('start')
  const opened = () => several.map((it) => it.device.lines.length)
  expect(opened()).toEqual([1, 1, 0, 0, 0])
  several[0]?.device.line.open()
  await settle()
  expect(opened()).toEqual([1, 1, 1, 0, 0])
  several[1]?.device.line.close('refused', 503)
  await settle()
  expect(opened()).toEqual([1, 1, 1, 1, 0])
})
