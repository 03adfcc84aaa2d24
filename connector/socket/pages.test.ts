import { beforeEach, expect, test } from 'vitest'
import { Pages } from './pages.ts'
import { type Changes, WriteSet } from './write-set.ts'

let ids = 0
beforeEach(() => {
  ids = 0
})

function open(rows = new Map<`${string}:${string}`, string>()) {
  const set = new WriteSet({ rows, mark: '', topPreKey: 0 }, () => {})
  const pages = new Pages<string>(set, 'inbound', (value) => value.length)
  const put = (value: string) => {
    const id = `R${++ids}`
    const unit: Changes = {}
    const applied = pages.put(unit, id, value)
    set.apply(unit)
    applied()
    return id
  }
  const commit = () => set.take(set.pendingUnits)
  const stored = () => Object.fromEntries(set.entries('inbound'))
  return { set, pages, put, commit, stored }
}

test('what waits for the same commit lies on one page, what comes later on the next', () => {
  const { put, commit, stored } = open()
  put('a')
  put('b')
  commit()
  put('c')
  expect(stored()).toEqual({
    R1: [
      ['R1', 'a'],
      ['R2', 'b'],
    ],
    R3: [['R3', 'c']],
  })
})

test('each unit holds the page as it was then, so that a commit may end between two of them', () => {
  const { set, put } = open()
  put('a')
  put('b')
  expect(set.pending().map(({ rows }) => rows.get('inbound:R1'))).toEqual([
    [['R1', 'a']],
    [
      ['R1', 'a'],
      ['R2', 'b'],
    ],
  ])
  set.take(1)
  put('c')
  expect(set.pending().at(-1)?.rows.get('inbound:R1')).toHaveLength(3)
})

test('a page goes, without bytes waiting for it, when the last row on it goes', () => {
  const { set, pages, put, commit, stored } = open()
  const [first, second] = [put('a'), put('b')]
  commit()
  const { hard } = set
  pages.drop(first)
  expect(Object.keys(stored())).toEqual(['R1'])
  pages.drop(second)
  expect(stored()).toEqual({})
  expect(set.hard).toBe(hard)
})

test('a page that lost its only row before a commit took it is not continued', () => {
  const { pages, put, stored } = open()
  pages.drop(put('a'))
  put('b')
  expect(stored()).toEqual({ R2: [['R2', 'b']] })
})

test('a page stays small', () => {
  const { put, stored } = open()
  put('x'.repeat(20_000))
  put('y'.repeat(20_000))
  expect(Object.keys(stored())).toEqual(['R1', 'R2'])
})

test('pages are read again, and so are rows that were stored before there were pages', () => {
  const before = open()
  before.put('a')
  before.put('b')
  const page = JSON.stringify(before.stored().R1)
  const rows = new Map<`${string}:${string}`, string>([
    ['inbound:R1', page],
    ['inbound:R0', '"old"'],
  ])
  const { pages, stored } = open(rows)
  expect(pages.load()).toEqual([
    ['R1', 'a'],
    ['R2', 'b'],
    ['R0', 'old'],
  ])
  for (const id of ['R1', 'R0']) pages.drop(id)
  expect(Object.keys(stored())).toEqual(['R1'])
})
