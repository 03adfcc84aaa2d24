import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { Fenced } from '#core/device/index.ts'
import { iso } from '#core/platform/clock.ts'
import { pass, settle, supervised as world } from '../../test/support/supervised.ts'
import { Logins } from '../logins.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

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

  test('as planned in the middle of a logout leaves the rest of it to the next owner, which is no error', async () => {
    const errors: string[] = []
    const log = pino({ level: 'error' }, { write: (line) => void errors.push(line) })
    const it = world({ linked: true, log })
    await it.connected()
    const held = Promise.withResolvers<string[]>()
    it.device.device.logout = () => held.promise
    await it.ask('logout')
    const released = it.supervisor.release(true)
    held.reject(new Error('The device is closed.'))
    await settle()
    await released
    expect(errors).toEqual([])
    expect(it.written.at(-1)?.doneIntent).not.toBe(2)
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
    content: { type: 'text', text: 'Hi' },
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

test('a session that fell because the store was silent waits for a moment of its own choosing', async () => {
  const it = world({ linked: true, wanted: true, why: 'store_unavailable' })
  it.supervisor.update(it.store({}))
  await pass(1_500)
  expect(it.shown.at(-1)).toBe('connecting: store_unavailable')
  expect(it.device.lines).toHaveLength(0)
  await pass(600)
  expect(it.device.lines).toHaveLength(1)
})

test('no more sessions than allowed are connecting at the same time', async () => {
  const logins = new Logins(2)
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
