import { ReachoutTimelockEnforcementType as Kind } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { standingOf } from './standing.ts'

test('what WhatsApp says of an account, with its end and its reason', () => {
  const ends = new Date(Date.UTC(2026, 0, 2))
  expect(
    standingOf({ isActive: true, timeEnforcementEnds: ends, enforcementType: Kind.BIZ_QUALITY }),
  ).toEqual({
    isRestricted: true,
    until: ends.getTime(),
    kind: 'biz_quality',
  })
  expect(standingOf({ isActive: true, enforcementType: Kind.DEFAULT })).toEqual({ isRestricted: true })
  expect(standingOf({})).toEqual({ isRestricted: false })
})

test('an end that is no time is none', () => {
  const said = { isActive: true, timeEnforcementEnds: new Date(Number.parseInt('soon', 10) * 1_000) }
  expect(standingOf(said)).toEqual({ isRestricted: true })
})
