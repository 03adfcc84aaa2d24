import { describe, expect, test } from 'vitest'
import type { ClosedName } from '../socket/index.ts'
import { type Decision, decide, RESTART, type Situation } from './decide.ts'

const situation = (change: Partial<Situation> = {}): Situation => ({
  settings: { autoReconnect: true, maxReconnectAttempts: 0 },
  attempts: 0,
  storeFailing: false,
  ...change,
})
const on = (name: ClosedName, change: Partial<Situation> = {}, code?: number): Decision =>
  decide({ name, code }, situation(change))
const manual = { settings: { autoReconnect: false, maxReconnectAttempts: 0 } }

describe('every way in which a connection ends has one consequence', () => {
  const consequences: [ClosedName, Decision['do'], string | undefined][] = [
    ['restart', 'reconnect', 'restart_required'],
    ['half-linked', 'reconnect', 'pairing_interrupted'],
    ['lost', 'reconnect', 'connection_lost'],
    ['closed', 'reconnect', 'connection_closed'],
    ['ended', 'reconnect', 'connection_lost'],
    ['unavailable', 'back-off', 'whatsapp_unavailable'],
    ['refused', 'back-off', 'connection_refused'],
    ['unreachable', 'back-off', 'whatsapp_unreachable'],
    ['connect-timeout', 'back-off', 'connect_timeout'],
    ['other', 'back-off', 'connection_failed'],
    ['bad-session', 'back-off', 'bad_session'],
    ['outdated', 'back-off', 'outdated'],
    ['logged-out', 'erase', 'logged_out'],
    ['qr-expired', 'stop', 'qr_expired'],
    ['banned', 'stop', 'banned'],
    ['mismatch', 'stop', 'multi_device_off'],
    ['replaced', 'stop', 'replaced'],
    ['forged', 'stop', 'forged'],
    ['fenced', 'drop', undefined],
  ]
  test.each(consequences)('%s → %s', (name, consequence, reason) => {
    const decision = on(name)
    expect(decision.do).toBe(consequence)
    if ('reason' in decision) expect(decision.reason).toBe(reason)
  })

  test('whoever has to act is told what to do, in a sentence', () => {
    for (const [name] of consequences) {
      const decision = on(name)
      if ('action' in decision) expect(decision.action).toMatch(/^[A-Z].*(session|QR code again)$/)
    }
    expect(on('logged-out')).toMatchObject({ action: 'Start the session and scan the QR code again' })
  })
})

test('a line that falls again at once is not tried at once again', () => {
  expect(on('lost', { attempts: 1 }).do).toBe('back-off')
  expect(on('restart', { attempts: 3 }).do).toBe('reconnect')
})

test('without autoReconnect nothing is tried, except the new connection that pairing needs', () => {
  for (const name of ['lost', 'closed', 'unavailable', 'refused', 'connect-timeout', 'bad-session'] as const)
    expect(on(name, manual)).toMatchObject({ do: 'stop', action: RESTART })
  expect(on('restart', manual).do).toBe('reconnect')
})

test('after maxReconnectAttempts in a row a person is asked; 0 never asks', () => {
  const three = { autoReconnect: true, maxReconnectAttempts: 3 }
  expect(on('refused', { settings: three, attempts: 2 }).do).toBe('back-off')
  expect(on('refused', { settings: three, attempts: 3 })).toMatchObject({
    do: 'stop',
    reason: 'connection_refused',
  })
  expect(on('refused', { attempts: 1_000_000 }).do).toBe('back-off')
})

test('what does not pass by waiting ends with what a person can do', () => {
  expect(on('bad-session', { attempts: 5 })).toMatchObject({ do: 'stop', reason: 'bad_session' })
  expect(on('outdated', { attempts: 5 })).toMatchObject({ do: 'stop', reason: 'outdated' })
})

test('while the store fails it is the reason, and no attempt is held against the session', () => {
  for (const name of ['lost', 'closed', 'connect-timeout', 'bad-session'] as const)
    expect(on(name, { ...manual, storeFailing: true, attempts: 1 })).toEqual({
      do: 'back-off',
      reason: 'store_unavailable',
    })
  expect(on('logged-out', { storeFailing: true }).do).toBe('erase')
})

test('too many requests are named', () => {
  expect(on('refused', {}, 429)).toEqual({ do: 'back-off', reason: 'rate_limited' })
})
