import * as fc from 'fast-check'
import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { lowestUlid } from '#core/platform/id.ts'
import { RETENTION, type TestDomain, testDomain } from '../../test/support/domain.ts'
import { messageStatus } from '../../test/support/events.ts'
import { BEGINNING, Cursor, here, isTooOld, LATE_MS, readOn } from './cursor.ts'

let w: TestDomain
let sessions = 0
const newSession = () => ({ id: `session-${++sessions}`, accountId: 'acme' })
type Line = ReturnType<typeof newSession>

beforeAll(async () => {
  w = await testDomain()
})
afterAll(() => w.close())

const store = async (line: Line, at: number, id = ulid(at)): Promise<string> => {
  await append(w.store, RETENTION, [messageStatus(line, at, `M${id}`, 'read', {}, id)])
  return id
}
const read = async (line: Line, from: Cursor, limit?: number) => {
  const { events, ...step } = await readOn(w.store, line.id, from, limit)
  return { ids: events.map(({ id }) => id), ...step }
}

test('reads forward, each event once', async () => {
  const line = newSession()
  const first = await store(line, w.clock.now)
  const one = await read(line, BEGINNING)
  expect(one.ids).toEqual([first])
  expect((await read(line, one.cursor)).ids).toEqual([])
  const second = await store(line, w.clock.now + 5)
  const two = await read(line, one.cursor)
  expect(two.ids).toEqual([second])
  expect((await read(line, two.cursor)).ids).toEqual([])
})

test('the id of an event is a cursor behind it', async () => {
  const line = newSession()
  const [, second, third] = [
    await store(line, w.clock.now),
    await store(line, w.clock.now + 1),
    await store(line, w.clock.now + 2),
  ]
  expect((await read(line, second)).ids).toEqual([third])
})

test('what is stored late is read late, and what is later still is not asked for any more', async () => {
  const line = newSession()
  const now = w.clock.now
  await store(line, now)
  const { cursor } = await read(line, BEGINNING)
  const late = await store(line, now - LATE_MS + 1_000)
  const tooLate = await store(line, now - LATE_MS - 1_000)
  const next = await read(line, cursor)
  expect(next.ids).toEqual([late])
  expect(next.ids).not.toContain(tooLate)
})

test('from here on: what is stored, also in the same second, is over; what is stored late is not', async () => {
  const line = newSession()
  await store(line, w.clock.now - 3_000)
  await store(line, w.clock.now - 1_000)
  const cursor = await here(w.store, line.id)
  const late = await store(line, w.clock.now - 2_000)
  const next = await store(line, w.clock.now)
  expect((await read(line, cursor)).ids).toEqual([late, next])
  expect((await read(newSession(), await here(w.store, 'nobody'))).ids).toEqual([])
})

test('from here on, in the middle of a burst: none of it comes again', async () => {
  const line = newSession()
  for (let nth = 0; nth < 150; nth++) await store(line, w.clock.now - 1_000 + nth)
  const cursor = await here(w.store, line.id)
  expect((await read(line, cursor)).ids).toEqual([])
  const next = await store(line, w.clock.now)
  expect((await read(line, cursor)).ids).toEqual([next])
})

test('a page at a time, however small, whatever comes between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.integer({ min: 0, max: 9_000 }), readFirst: fc.boolean() }), {
        minLength: 1,
        maxLength: 25,
      }),
      fc.integer({ min: 1, max: 5 }),
      async (writes, limit) => {
        const line = newSession()
        const [stored, seen]: [string[], string[]] = [[], []]
        let cursor: Cursor = BEGINNING
        const readAll = async () => {
          for (let more = true; more; ) {
            const step = await read(line, cursor, limit)
            seen.push(...step.ids)
            cursor = step.cursor
            more = step.ids.length > 0
          }
        }
        for (const { at, readFirst } of writes) {
          if (readFirst) await readAll()
          stored.push(await store(line, w.clock.now + at))
        }
        await readAll()
        expect(Cursor.safeParse(cursor).success).toBe(true)
        expect(seen.toSorted()).toEqual(stored.toSorted())
      },
    ),
    { numRuns: 15 },
  )
})

test('a burst is read once, beyond what is remembered', async () => {
  const line = newSession()
  const ids: string[] = []
  for (let nth = 0; nth < 150; nth++) ids.push(await store(line, w.clock.now + nth))
  const first = await read(line, BEGINNING, 100)
  expect(first.more).toBe(true)
  const rest = await read(line, first.cursor, 100)
  expect([...first.ids, ...rest.ids]).toEqual(ids)
  expect(Cursor.safeParse(rest.cursor).success).toBe(true)
  expect((await read(line, rest.cursor)).ids).toEqual([])
})

test('says when retention may have taken something', () => {
  const now = w.clock.now
  expect(isTooOld(BEGINNING, now, 3_600)).toBe(false)
  expect(isTooOld(lowestUlid(now - 1_000), now, 3_600)).toBe(false)
  expect(isTooOld(`${lowestUlid(now - 3_700_000)}~abcdef`, now, 3_600)).toBe(true)
})

test.each(['', 'a b', 'x~!', 'x'.repeat(65), `${lowestUlid(1)}~${'a'.repeat(450)}`, 'x~abcdef'])(
  '%j is no cursor',
  (text) => {
    expect(Cursor.safeParse(text).success).toBe(false)
  },
)
