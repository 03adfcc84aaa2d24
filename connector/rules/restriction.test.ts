import { expect, test } from 'vitest'
import { iso } from '#core/platform/clock.ts'
import { logger } from '#core/platform/log.ts'
import type { Restriction as Known } from '#core/restriction.ts'
import { NotConnected, type Standing } from '../socket/index.ts'
import { Restriction } from './restriction.ts'

const NOW = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const settled = () => new Promise(setImmediate)

function world(known?: Known) {
  const changes: (Known | undefined)[] = []
  const state = { now: NOW, asked: 0, answer: { isRestricted: false } as Standing | Error }
  const it = new Restriction(known, {
    timing: { RESTRICTION_LOOK_MS: 60_000 },
    now: () => state.now,
    log: logger('silent'),
    changed: (change) => void changes.push(change),
  })
  const ask = async () => {
    state.asked++
    if (state.answer instanceof Error) throw state.answer
    return state.answer
  }
  return { it, state, changes, ask }
}

test('what WhatsApp says is told once, with its end and its kind', () => {
  const { it, changes } = world()
  for (let n = 0; n < 2; n++) it.learned({ isRestricted: true, until: NOW + HOUR, kind: 'biz_quality' })
  expect(changes).toEqual([{ since: iso(NOW), until: iso(NOW + HOUR), kind: 'biz_quality' }])
  expect(it.isOn).toBe(true)
})

test('a new end is told, and the beginning stays', () => {
  const { it, state, changes } = world()
  it.learned({ isRestricted: true, until: NOW + HOUR })
  state.now += 1_000
  it.learned({ isRestricted: true, until: NOW + 2 * HOUR })
  expect(changes[1]).toEqual({ since: iso(NOW), until: iso(NOW + 2 * HOUR), kind: 'reachout' })
})

test('it is over when WhatsApp says so, or names an end that has passed', () => {
  for (const over of [{ isRestricted: false }, { isRestricted: true, until: NOW - 1 }]) {
    const { it, changes } = world()
    it.learned({ isRestricted: true })
    it.learned(over)
    expect([changes.at(-1), it.isOn]).toEqual([undefined, false])
  }
})

test('several refusals at once make one question', async () => {
  const { it, state, ask, changes } = world()
  state.answer = { isRestricted: true, until: NOW + HOUR }
  await Promise.all([it.refused(ask), it.refused(ask), it.refused(ask)])
  expect([state.asked, changes.length, it.isOn]).toEqual([1, 1, true])
})

test('a refusal without a restriction leaves the account as it is', async () => {
  const { it, ask, changes } = world()
  await it.refused(ask)
  expect([it.isOn, changes]).toEqual([false, []])
})

test('where WhatsApp does not answer, it counts as restricted for a minute, then for two', async () => {
  const { it, state, ask } = world()
  state.answer = new Error('no such query')
  for (const minutes of [1, 2, 4]) {
    await it.refused(ask)
    expect(it.isOn).toBe(true)
    state.now += minutes * 60_000 - 1
    it.tick(ask)
    await settled()
    expect(it.isOn).toBe(true)
    state.now += 1
    it.tick(ask)
    await settled()
    expect(it.isOn).toBe(false)
  }
})

test('a line that is lost while it asks says nothing about the account', async () => {
  const { it, state, ask } = world()
  state.answer = new NotConnected('gone')
  await it.refused(ask)
  expect(it.isOn).toBe(false)
})

test('at its end WhatsApp is asked, and may have moved it', async () => {
  const { it, state, ask, changes } = world({
    since: iso(NOW - HOUR),
    until: iso(NOW + HOUR),
    kind: 'reachout',
  })
  it.tick(ask)
  expect(state.asked).toBe(0)
  state.now = NOW + HOUR
  state.answer = { isRestricted: true, until: NOW + 2 * HOUR }
  it.tick(ask)
  await settled()
  expect(changes).toEqual([{ since: iso(NOW - HOUR), until: iso(NOW + 2 * HOUR), kind: 'reachout' }])
  state.now = NOW + 2 * HOUR
  state.answer = { isRestricted: false }
  it.tick(ask)
  await settled()
  expect([changes.at(-1), it.isOn]).toEqual([undefined, false])
})

test('without an end it is asked for every minute, by a new owner at once', async () => {
  const { it, state, ask } = world({ since: iso(NOW - HOUR), kind: 'reachout' })
  state.answer = { isRestricted: true }
  for (let n = 0; n < 180; n++) {
    it.tick(ask)
    await settled()
    state.now += 1_000
  }
  expect(state.asked).toBe(3)
})
