import { afterEach, expect, test, vi } from 'vitest'
import { at, newKey, openApi, Refusal } from './client.ts'

afterEach(() => vi.unstubAllGlobals())

const answering = (status: number, body: unknown) => {
  const asked: { path: string; init: RequestInit }[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, init })
    return Response.json(body, { status })
  })
  return asked
}

test('the token goes in a header and nowhere else', async () => {
  const asked = answering(200, { success: true })
  await openApi('secret-token', () => undefined).get('/api/sessions', { status: '', limit: 5 })
  expect(asked[0]?.path).toBe('/api/sessions?limit=5')
  expect(asked[0]?.init).toMatchObject({
    headers: { authorization: 'Bearer secret-token' },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  })
})

test('a refusal has the sentence of the API, with what is wrong and what to do', async () => {
  const issues = [{ path: 'name', message: 'must not be empty' }]
  answering(400, {
    success: false,
    error: 'The request is not valid.',
    code: 'VALIDATION_ERROR',
    details: { issues },
  })
  const api = openApi('x', () => undefined)
  await expect(api.post('/api/sessions', {})).rejects.toMatchObject({
    message: 'The request is not valid: name must not be empty',
    code: 'VALIDATION_ERROR',
    status: 400,
  })
  answering(502, 'Bad gateway')
  await expect(api.get('/')).rejects.toThrow('The server answered 502.')
})

test('a token that opens nothing any more is reported', async () => {
  answering(401, { success: false, error: 'The token is not valid.', code: 'UNAUTHORIZED' })
  const lost: Refusal[] = []
  await expect(openApi('x', (why) => lost.push(why)).get('/api/sessions')).rejects.toBeInstanceOf(Refusal)
  expect(lost).toMatchObject([{ message: 'The token is not valid.' }])
})

test('ids are one part of a path, whatever they hold', () => {
  expect(at`/api/sessions/${'a/../b?c'}/chats`).toBe('/api/sessions/a%2F..%2Fb%3Fc/chats')
})

test('keys differ', () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/)
  expect(newKey()).not.toBe(newKey())
})
