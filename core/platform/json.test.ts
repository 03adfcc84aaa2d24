import { expect, test } from 'vitest'
import { portable } from './json.ts'

test('what lies beyond the first plane is escaped, and read as the same', () => {
  const value = { text: 'ä € ❤️ 💚 👩‍💻 "quoted"' }
  const json = portable(JSON.stringify(value))
  expect(JSON.parse(json)).toEqual(value)
  expect(json).toMatch(/^[\u0020-\uffff]+$/)
  expect(json).not.toMatch(/[\ud800-\udfff]/)
  expect(json).toContain('ä € ❤️')
})
