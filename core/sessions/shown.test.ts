import { expect, test } from 'vitest'
import { type Intent, Session, type State } from '../session.ts'
import { canSend, shownStatus } from './shown.ts'

const at = '2026-01-01T12:00:00.000Z'
function session(over: { wanted?: boolean; pending?: Intent['action']; state?: Partial<State> }): Session {
  return Session.parse({
    id: 's',
    accountId: 'a',
    shard: 0,
    name: 'line',
    settings: {},
    wanted: over.wanted ?? true,
    intent: over.pending && { n: 1, action: over.pending, at },
    createdAt: at,
    updatedAt: at,
    state: { status: 'connected', since: at, linked: true, ...over.state },
  })
}
const qr = { text: 'x', expiresAt: at }
const loggedOut = { status: 'disconnected', reason: 'logged_out', action: 'Scan', linked: false } as const

test.each([
  ['never started', session({ wanted: false, state: { status: 'inactive' } }), 'inactive'],
  ['just started', session({ pending: 'start', state: { status: 'inactive' } }), 'connecting'],
  ['started, the intent done, not said yet', session({ state: { status: 'inactive' } }), 'connecting'],
  ['QR shown', session({ state: { status: 'qr_generated', qr, linked: false } }), 'qr_generated'],
  ['connected', session({}), 'connected'],
  ['restarting', session({ pending: 'restart' }), 'connecting'],
  ['stopping', session({ wanted: false, pending: 'stop' }), 'inactive'],
  ['logged out on the phone', session({ wanted: false, state: loggedOut }), 'disconnected'],
  ['stopped after that', session({ wanted: false, pending: 'stop', state: loggedOut }), 'inactive'],
  ['given up', session({ state: { status: 'disconnected', reason: 'replaced' } }), 'disconnected'],
  ['started again after that', session({ pending: 'start', state: loggedOut }), 'connecting'],
])('%s', (_, of, status) => {
  expect(shownStatus(of, true).status).toBe(status)
})

test('a wanted session that nobody holds says so, a stopped one does not', () => {
  expect(shownStatus(session({}), false)).toMatchObject({ status: 'disconnected', reason: 'no_connector' })
  expect(shownStatus(session({ wanted: false, state: { status: 'inactive' } }), false)).toEqual({
    status: 'inactive',
  })
})

test.each([
  ['connected', session({}), true],
  ['on its way back', session({ state: { status: 'connecting' } }), true],
  ['restarting', session({ pending: 'restart' }), true],
  ['never linked', session({ state: { status: 'connecting', linked: false } }), false],
  ['waiting for a scan', session({ state: { status: 'qr_generated', qr, linked: false } }), false],
  ['being unlinked', session({ pending: 'clear-auth' }), false],
  ['stopped', session({ wanted: false }), false],
  ['replaced', session({ state: { status: 'disconnected', reason: 'replaced' } }), false],
])('sending while %s', (_, of, expected) => {
  expect(canSend(of)).toBe(expected)
})
