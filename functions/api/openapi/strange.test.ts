import { expect, test } from 'vitest'
import { strangeIn } from './strange.ts'

test.each([
  ['"\\ud800"', ''],
  ['{"name":"a\\udc00"}', 'name'],
  ['{"settings":{"metadata":{"a":"b","c":"\\ud83d"}}}', 'settings.metadata.c'],
  ['{"settings":{"\\ud800":1}}', 'settings'],
  ['{"list":[1,{"x":["ok","\\ude00"]}]}', 'list.1.x.1'],
])('%s is no Unicode, and it is said where', (text, path) => {
  expect(strangeIn(JSON.parse(text))).toEqual({ path, message: 'must be well-formed Unicode' })
})

test('nothing is called as the prototype is', () => {
  expect(strangeIn(JSON.parse('{"files":{"__proto__":{"admin":true}}}'))).toEqual({
    path: 'files',
    message: 'must not have the name "__proto__"',
  })
})

test.each(['null', '1', '"😀"', '[]', '{"a":{"constructor":"😀","b":[null,true,1e9]}}'])(
  '%s is well, and stays as it is',
  (text) => {
    expect(strangeIn(JSON.parse(text))).toBeUndefined()
  },
)

test('depth is no matter', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}"\\ud800"${']'.repeat(100_000)}`)
  expect(strangeIn(deep)).toMatchObject({ message: 'must be well-formed Unicode' })
})
