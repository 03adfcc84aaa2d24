import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryDevice } from '#core/device/index.ts'
import { nextGroups } from './groups.ts'
import type { Unit } from './write-set.ts'

const store = memoryDevice()
const pair = { public: new Uint8Array(32), private: new Uint8Array(32) }
const unit = (seq: number, rows: [string, unknown][], preKeys: number[] = []): Unit => ({
  seq,
  rows: new Map(rows),
  preKeys: new Map(preKeys.map((id) => [id, pair])),
})
const many = (count: number, prefix: string): [string, unknown][] =>
  Array.from({ length: count }, (_, n) => [`${prefix}:${n}`, 'x'])

test('all that waits goes together, and the last value of a row counts', () => {
  const { units, groups } = nextGroups(
    [unit(1, [['x:a', 'old']]), unit(2, [['x:b', 'b']]), unit(3, [['x:a', 'new']]), unit(4, [['x:b', null]])],
    store,
    'M',
  )
  expect(units).toHaveLength(4)
  expect(groups).toEqual([
    {
      rows: new Map([
        ['x:a', 'new'],
        ['x:b', null],
      ]),
      preKeys: new Map(),
      mark: 'M',
    },
  ])
})

test('a cut is made between units, never inside one', () => {
  const pending = [unit(1, many(60, 'a')), unit(2, many(39, 'b')), unit(3, many(1, 'c'))]
  const { units, groups } = nextGroups(pending, store, '')
  expect(units.map(({ seq }) => seq)).toEqual([1, 2])
  expect(groups).toHaveLength(1)
})

test('many units on the same rows fit one commit', () => {
  const pending = Array.from({ length: 500 }, (_, n) => unit(n + 1, [['session:x', { n }]]))
  const { units, groups } = nextGroups(pending, store, '')
  expect(units).toHaveLength(500)
  expect(groups[0]?.rows).toEqual(new Map([['session:x', '{"n":499}']]))
})

test('units that are small in number but large in bytes are cut as well', () => {
  const pending = Array.from({ length: 8 }, (_, n) => unit(n + 1, [[`x:${n}`, 'y'.repeat(1_000_000)]]))
  const { units, groups } = nextGroups(pending, store, '')
  expect(units.length).toBeLessThan(4)
  expect(groups).toHaveLength(1)
})

test('812 pre-keys are one commit', () => {
  const ids = Array.from({ length: 812 }, (_, n) => n + 1)
  const { groups } = nextGroups([unit(1, [['creds:self', '{}']], ids)], store, '')
  expect(groups).toHaveLength(1)
})

test('a unit too large for any commit is divided, its credentials last, and nothing of it is lost', () => {
  const ids = Array.from({ length: 2000 }, (_, n) => n + 1)
  const rows: [string, unknown][] = [['creds:self', '{}'], ...many(250, 'lid-mapping')]
  const { units, groups } = nextGroups([unit(1, rows, ids), unit(2, many(1, 'b'))], store, '')
  expect(units).toHaveLength(1)
  expect(groups.length).toBeGreaterThan(3)
  expect(groups.findIndex((group) => group.rows.has('creds:self'))).toBe(groups.length - 1)
  expect(groups.flatMap((group) => [...group.rows.keys()]).sort()).toEqual(rows.map(([key]) => key).sort())
  expect(groups.flatMap((group) => [...group.preKeys.keys()])).toEqual(ids)
  for (const group of groups) expect(store.weigh(group).items).toBeLessThanOrEqual(store.limits.items)
})

test('whatever waits, each commit fits, and all of it is taken in order', () => {
  const entry = fc.tuple(fc.constantFrom('x:1', 'x:2', 'x:3', 'x:4', 'x:5'), fc.nat({ max: 200_000 }))
  const small = { limits: { items: 3, bytes: 300_000 }, weigh: store.weigh }
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(entry, { selector: ([key]) => key, maxLength: 3 }), { minLength: 1 }),
      (rows) => {
        let pending = rows.map((each, n) =>
          unit(
            n + 1,
            each.map(([key, size]) => [key, 'y'.repeat(size)]),
          ),
        )
        const state = new Map<string, unknown>()
        while (pending.length > 0) {
          const { units, groups } = nextGroups(pending, small, '')
          expect(units.length).toBeGreaterThan(0)
          if (units.length > 1) expect(groups).toHaveLength(1)
          for (const group of groups) for (const [key, text] of group.rows) state.set(key, text)
          pending = pending.slice(units.length)
        }
        expect(state).toEqual(new Map(rows.flat().map(([key, size]) => [key, 'y'.repeat(size)])))
      },
    ),
    { numRuns: 50 },
  )
})
