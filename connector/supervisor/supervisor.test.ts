import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Settings } from '#core/session.ts'
import { ME } from '../../test/support/scripted-device.ts'
import { pass, settle, supervised as world } from '../../test/support/supervised.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

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

describe('at rest', () => {
  test('is who is not wanted, has nothing to do, and has told all of it', async () => {
    const it = world({ linked: true })
    expect(it.supervisor.isAtRest).toBe(true)
    await it.connected()
    expect(it.supervisor.isAtRest).toBe(false)
    it.trouble.states = new Error('the store is away')
    await it.ask('stop')
    expect([it.supervisor.phase, it.supervisor.isAtRest]).toEqual(['idle', false])
    it.trouble.states = undefined
    await pass(5_000)
    expect(it.supervisor.isAtRest).toBe(true)
    await it.supervisor.release(true)
    expect(it.gone).toEqual(['s1'])
  })

  test('is who has been given up, and nobody whom somebody asks for', async () => {
    const it = world({ linked: true })
    await it.connected()
    it.device.line.close('replaced', 440)
    await settle()
    expect([it.supervisor.phase, it.supervisor.isAtRest]).toEqual(['halted', true])
    const asked = it.ask('start')
    expect(it.supervisor.isAtRest).toBe(false)
    await asked
    expect(it.supervisor.isAtRest).toBe(false)
  })
})

test('connected because somebody asked for it, it takes what waits in the ledger; on its own it does not', async () => {
  const it = world({ linked: true })
  await it.connected()
  expect(it.trouble.caughtUp).toBe(1)
  it.device.line.close('closed', 428)
  await settle()
  it.device.line.open()
  await settle()
  expect(it.trouble.caughtUp).toBe(1)
  await it.ask('stop')
  await it.connected()
  expect(it.trouble.caughtUp).toBe(2)
})

test('a device that failed out of nowhere is opened anew and connected again, as after a crash', async () => {
  const it = world({ linked: true })
  await it.connected()
  const lines = it.device.lines.length
  it.device.line.close('ended', 0)
  it.device.die(new Error('out of nowhere'))
  await settle()
  expect(it.shown.at(-1)).toBe('connecting: connector_error')
  await pass(60_000)
  expect(it.device.lines.length).toBeGreaterThan(lines)
  it.device.line.open()
  await settle()
  expect([it.shown.at(-1), it.gone]).toEqual(['connected', []])
})
