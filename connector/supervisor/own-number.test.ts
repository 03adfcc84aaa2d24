import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pass, settle, supervised as world } from '../../test/support/supervised.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

const OTHER = { sessionId: 's2', accountId: 'a1', at: '2026-01-01T00:00:00.000Z' }

test('a number that is free is the session’s from the scan on', async () => {
  const it = world()
  await it.ask('start')
  it.device.line.qr('QR')
  it.device.line.scanned()
  await settle()
  expect(it.written.at(-1)?.state).toMatchObject({ status: 'connecting', linked: true, claimed: true })
})

test('a number that has another session is given up: the companion logs out, and the session says why', async () => {
  const it = world()
  it.trouble.number = OTHER
  await it.ask('start')
  it.device.line.qr('QR')
  it.device.line.scanned()
  await settle()
  // The device connects once more, in order to tell WhatsApp that it leaves.
  it.device.line.open()
  await pass(10_000)
  expect(it.device.calls).toContain('logout')
  expect(it.shown.at(-1)).toBe('disconnected: number_already_linked')
  expect(it.written.at(-1)).toMatchObject({
    state: { status: 'disconnected', linked: false, action: expect.stringContaining('s2') },
    wanted: false,
  })
  expect(it.shown).not.toContain('connected')
})

test('a session that an earlier release has linked stays, whoever else has its number', async () => {
  const it = world({ linked: true, wanted: true })
  it.trouble.number = OTHER
  await it.ask('start')
  it.device.line.open()
  await pass(10_000)
  expect(it.shown.at(-1)).toBe('connected')
  expect(it.device.calls).not.toContain('logout')
})

test('a link that was cut off before it was shown is judged when it is open', async () => {
  const it = world()
  it.device.state.linked = true
  it.trouble.number = OTHER
  await it.ask('start')
  it.device.line.open()
  await settle()
  it.device.line.open()
  await pass(10_000)
  expect(it.device.calls).toContain('logout')
  expect(it.shown.at(-1)).toBe('disconnected: number_already_linked')
})

test('a device that was brought is judged when it connects for the first time', async () => {
  const it = world({ linked: true, wanted: true })
  it.store({ brought: '2026-01-01T00:00:00.000Z' })
  it.trouble.number = OTHER
  await it.ask('start')
  it.device.line.open()
  await pass(10_000)
  expect(it.shown.at(-1)).toBe('disconnected: number_already_linked')
})
