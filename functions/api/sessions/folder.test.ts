import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'

let w: World

beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

const upload = (file: Blob, name: string) => {
  const form = new FormData()
  form.append('file', file, name)
  return w.app.request('/api/sessions/import', {
    method: 'POST',
    headers: { authorization: 'Bearer token-acme' },
    body: form,
  })
}

test('a device is handed out to who may be it: not to the key of the session, nor to who only reads', async () => {
  const { id } = await w.connected()
  const made = await w.request('POST', '/api/tokens', { name: 'reader', scopes: ['*:read', 'sessions:*'] })
  const key = await w.request('POST', `/api/sessions/${id}/regenerate-key`)
  const { secret, apiKey } = { ...made.body, ...key.body } as unknown as Record<string, string>
  for (const token of [secret ?? '', apiKey ?? ''])
    expect(await w.request('GET', `/api/sessions/${id}/export`, undefined, { token })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', details: { scope: 'devices:write' } },
    })
  expect(await w.request('GET', `/api/sessions/${id}/export`)).toMatchObject({
    status: 409,
    body: { code: 'SESSION_NOT_STOPPED', details: { action: expect.stringContaining('Stop') } },
  })
})

test('what is no folder is refused by name', async () => {
  const answers = await Promise.all([
    upload(new Blob(['hello']), 'folder.zip'),
    upload(new Blob(['{}']), 'pre-key-1.json'),
    w.app.request('/api/sessions/import', {
      method: 'POST',
      headers: { authorization: 'Bearer token-acme', 'content-type': 'multipart/form-data; boundary=x' },
      body: 'nothing of a form',
    }),
  ])
  for (const answer of answers) {
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ success: false, code: 'IMPORT_INVALID' })
  }
  expect(await w.request('POST', '/api/sessions/import', { name: 'x' })).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_ERROR' },
  })
  const { total } = (await w.request('GET', '/api/sessions?limit=1')).body as unknown as { total: number }
  expect(total).toBe(1)
})

test('a folder that is too large is refused before it is read', async () => {
  const answer = await w.app.request('/api/sessions/import', {
    method: 'POST',
    headers: { authorization: 'Bearer token-acme', 'content-type': 'application/json' },
    body: JSON.stringify({ files: { 'creds.json': 'x'.repeat(25_000_000) } }),
  })
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE' })
})
