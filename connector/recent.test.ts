import { expect, test } from 'vitest'
import { Recent } from './recent.ts'

test('the latest are remembered, the oldest forgotten, and a name that comes again is young again', () => {
  const recent = new Recent(3)
  for (const name of ['a', 'b', 'c', 'a', 'd']) recent.add(name)
  expect(['a', 'b', 'c', 'd'].filter((name) => recent.has(name))).toEqual(['a', 'c', 'd'])
})
