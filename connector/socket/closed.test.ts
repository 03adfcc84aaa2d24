import { Boom } from '@hapi/boom'
import { expect, test } from 'vitest'
import { closedBy } from './closed.ts'

/** The ends that were seen (sandbox-protocol, section 9), as Baileys reports them. */
test.each([
  [515, 'Stream Errored (restart required)', 'restart'],
  [401, 'Stream Errored (conflict)', 'logged-out'],
  [401, 'Connection Failure', 'logged-out'],
  [403, 'Connection Failure', 'banned'],
  [405, 'Connection Failure', 'outdated'],
  [411, 'Multi-device beta not joined', 'mismatch'],
  [440, 'Stream Errored (conflict)', 'replaced'],
  [500, 'Stream Errored (unknown)', 'bad-session'],
  [503, 'Stream Errored (unknown)', 'unavailable'],
  [428, 'Connection Terminated', 'closed'],
  [428, 'Connection Terminated by Server', 'closed'],
  [408, 'QR refs attempts ended', 'qr-expired'],
  [408, 'Connection was lost', 'lost'],
  [408, 'Timed Out', 'connect-timeout'],
  [408, 'WebSocket Error (connect ECONNREFUSED 127.0.0.1:1)', 'unreachable'],
  [500, 'WebSocket Error (self-signed certificate)', 'unreachable'],
  [400, 'noise certificate signature invalid', 'forged'],
  [400, 'noise intermediate certificate signature invalid', 'forged'],
  [400, 'certification match failed', 'forged'],
  [500, 'Invalid account signature', 'forged'],
  [500, 'Failed to verify account signature', 'forged'],
  [418, 'something new', 'other'],
])('%i %s is %s', (code, text, name) => {
  expect(closedBy(new Boom(text, { statusCode: code }))).toMatchObject({ name, code, text })
})

test('no error means that we ended it', () => {
  expect(closedBy(undefined)).toMatchObject({ name: 'ended', code: undefined })
})
