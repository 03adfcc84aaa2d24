import { expect, test } from 'vitest'
import type { Fleet, Lease } from '#core/lease.ts'
import { iso } from '#core/platform/clock.ts'
import { Origins, originOf } from './origin.ts'

const ME = { id: 'me', startedAt: 9_000, letGoAt: undefined }
const lease = (change: Partial<Lease>): Lease => ({ shard: 3, owner: '', epoch: 5, ...change })
const fleet = {
  connectors: [{ id: 'dead', beatAt: iso(4_000) }],
} as Pick<Fleet, 'connectors'>

test.each([
  ['nobody had it', lease({ epoch: 0 }), undefined],
  [
    'given by one that leaves',
    lease({ owner: 'me', handed: { from: 'other', why: 'drain', at: iso(7_000) } }),
    { reason: 'drain', from: 'other', since: 7_000 },
  ],
  [
    'given to nobody by the last one',
    lease({ handed: { from: 'other', why: 'drain', at: iso(1_000) } }),
    { reason: 'drain', from: 'other', since: 1_000 },
  ],
  ['ours before this process', lease({ owner: 'me' }), { reason: 'restart', from: 'me', since: 9_000 }],
  [
    'given to one that died before it took it',
    lease({ owner: 'dead', handed: { from: 'me', why: 'rebalance', at: iso(7_000) } }),
    { reason: 'failover', from: 'dead', since: 7_000 },
  ],
  [
    'of one that is dead: since its last heartbeat',
    lease({ owner: 'dead' }),
    { reason: 'failover', from: 'dead', since: 4_000 },
  ],
  [
    'of one that nobody remembers',
    lease({ owner: 'forgotten' }),
    { reason: 'failover', from: 'forgotten', since: 9_000 },
  ],
] as const)('%s', (_, observed, expected) => {
  expect(originOf(observed as Lease, fleet, ME)).toEqual(expected)
})

test('ours, until we could not renew it', () => {
  const origin = originOf(lease({ owner: 'me' }), fleet, { ...ME, letGoAt: 20_000 })
  expect(origin).toEqual({ reason: 'recovery', from: 'me', since: 20_000 })
})

test('a claim that succeeded unnoticed does not make it ours from before', () => {
  const origins = new Origins({ id: 'me', startedAt: 9_000 })
  const given = lease({ owner: 'me', epoch: 5, handed: { from: 'other', why: 'rebalance', at: iso(7_000) } })
  const expected = { reason: 'rebalance', from: 'other', since: 7_000 }
  expect(origins.of(given, fleet)).toEqual(expected)
  expect(origins.of(lease({ owner: 'me', epoch: 6 }), fleet)).toEqual(expected)
  expect(origins.of(lease({ owner: 'me', epoch: 7 }), fleet)).toEqual(expected)
  origins.held(3)
  origins.letGo(3, 20_000)
  expect(origins.of(lease({ owner: 'me', epoch: 8 }), fleet)).toEqual({
    reason: 'recovery',
    from: 'me',
    since: 20_000,
  })
})
