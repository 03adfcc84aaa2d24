/** Rules of leaving at the socket itself: what is held, refused in flight, taken back or tried again, and in which order. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { logger } from '#core/platform/log.ts'
import { Settings } from '#core/session.ts'
import { Restriction } from '../../connector/rules/restriction.ts'
import { rulesOf } from '../../connector/rules/rules.ts'
import type { Row } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, type Rig, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

let box: Sandbox
let people = 0
const newNumber = () => `+1666300${String(++people).padStart(4, '0')}`
beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 20 })
})
afterAll(() => box.close())

/** A linked device that holds what it may not send. */
async function holding(
  options: { disk?: ReturnType<typeof memoryDisk>; number?: string; epoch?: number } = {},
) {
  const { disk = memoryDisk(), number = newNumber(), epoch = 1 } = options
  const settings = Settings.parse({ onRestriction: 'hold' })
  const state = { settings, changes: [] as boolean[] }
  const restriction = new Restriction(undefined, {
    timing: { RESTRICTION_LOOK_MS: 60_000 },
    now: Date.now,
    log: logger('silent'),
    changed: (known) => void state.changes.push(known !== undefined),
  })
  const rules = rulesOf({ settings: () => state.settings, restriction, now: Date.now, random: () => 0.5 })
  const one = await rig(box, { store: memoryDevice({ disk }), scan: number, rules, epoch })
  one.connect()
  await one.untilOpen()
  return { one, number, disk, state, rules }
}
const inboxOf = async (number: string) => (await box.control.inbox(number)).messages
const fates = (one: Rig) => one.rows.filter((row): row is Extract<Row, { kind: 'ack' }> => row.kind === 'ack')

test('refused while many are in flight: all are held, and leave once, in their order', async () => {
  const { one, number, state, rules } = await holding()
  await using _ = one
  const friends = [newNumber(), newNumber()]
  await box.control.fault({ kind: 'restrict', number, silent: true })
  const ids = new Map(friends.map((friend) => [friend, [] as string[]]))
  for (let n = 0; n < 30; n++)
    for (const friend of friends) ids.get(friend)?.push(await one.send(jidOf(friend), `number ${n}`))
  await until('it is known', () => state.changes.includes(true))
  await until('all are held', () => one.device.waits().size === 60)
  expect(new Set([...one.device.waits().values()].map(({ reason }) => reason))).toEqual(
    new Set(['restricted']),
  )
  expect(fates(one)).toEqual([])

  await box.control.fault({ kind: 'restrict', number, off: true })
  rules.learned({ isRestricted: false })
  one.device.proceed()
  await until('nothing waits', () => one.device.waiting() === 0)
  for (const friend of friends) {
    const inbox = await inboxOf(friend)
    expect(inbox.map(({ id }) => id)).toEqual(ids.get(friend))
    expect(inbox.every(({ copies }) => copies === 1)).toBe(true)
  }
})

test('what is taken back while it is held fails durably, and does not leave with the next owner', async () => {
  const { one, number, disk } = await holding()
  const friend = newNumber()
  await box.control.fault({ kind: 'restrict', number })
  await until(
    'it is known',
    async () => (await one.send(jidOf(friend), 'probe', '3EB0PROBE')) && one.device.waits().has('3EB0PROBE'),
  )
  const [kept, back] = [await one.send(jidOf(friend), 'kept'), await one.send(jidOf(friend), 'taken back')]
  expect([one.device.withdraw(back), one.device.withdraw(back), one.device.withdraw('unknown')]).toEqual([
    true,
    false,
    false,
  ])
  await until('its fate is told', () => fates(one).some(({ messageId }) => messageId === back))
  expect(fates(one)).toMatchObject([{ messageId: back, error: { by: 'device', code: 'cancelled' } }])
  one.abandon()
  await box.control.fault({ kind: 'restrict', number, off: true })
  const next = await holding({ disk, number, epoch: 2 })
  await using _ = next.one
  await until('nothing waits', () => next.one.device.waiting() === 0)
  expect((await inboxOf(friend)).map(({ id }) => id)).toEqual(['3EB0PROBE', kept])
})

test('what has left is not taken back', async () => {
  const { one, number } = await holding()
  await using _ = one
  await box.control.fault({ kind: 'late-acks', number, delayMs: 60_000 })
  const friend = newNumber()
  const id = await one.send(jidOf(friend), 'gone')
  await until('it is there', async () => (await inboxOf(friend)).length === 1)
  expect(one.device.withdraw(id)).toBe(false)
  await box.control.fault({ kind: 'late-acks', number, off: true })
})

test('a pace holds over a line that drops: what had no answer does not come back as a burst', async () => {
  const { one, number, state } = await holding()
  await using _ = one
  state.settings = Settings.parse({ pacing: { perMinute: 600, burst: 2 } })
  const friend = newNumber()
  const ids: string[] = []
  const began = Date.now()
  for (let n = 0; n < 20; n++) ids.push(await one.send(jidOf(friend), `number ${n}`))
  await until('some are there', async () => (await inboxOf(friend)).length >= 5)
  await box.control.fault({ kind: 'drop', number })
  await until('nothing waits', () => one.device.waiting() === 0)
  expect((await inboxOf(friend)).map(({ id }) => id)).toEqual(ids)
  // 600 a minute, and nothing saved up at the beginning.
  expect(Date.now() - began).toBeGreaterThanOrEqual(ids.length * 100 - 100)
})

test('who is written to sees typing before a text, for about as long as it takes', async () => {
  const { one, state } = await holding()
  await using _ = one
  const other = await holding()
  await using __ = other.one
  state.settings = Settings.parse({ pacing: { perMinute: 6_000, burst: 10, typing: true } })
  const typing = () => other.one.presences.filter((presence) => presence.state === 'composing').length
  const began = Date.now()
  const id = await one.send(jidOf(other.number), 'x'.repeat(40))
  await until('typing is shown', () => typing() === 1)
  expect(other.one.texts().has(id)).toBe(false)
  await until('the text is there', () => other.one.texts().has(id))
  expect(Date.now() - began).toBeGreaterThanOrEqual(40 * 60)
})
