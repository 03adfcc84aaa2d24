import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { folderFrom, NewFolder } from './folder-body.ts'

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

test('what an export in JSON holds is taken as it is: an id that stands alone, or the text of its file', async () => {
  const lid = async (content: unknown) => {
    const files = { 'creds.json': {}, 'lid-mapping-900003_reverse.json': content }
    return [...(await folderFrom(undefined as never, NewFolder.parse({ files }))).files][1]?.[1]
  }
  expect(await lid('4915100000003')).toBe('"4915100000003"')
  expect(await lid('"4915100000003"')).toBe('"4915100000003"')
  expect(await lid('{"a":1}')).toBe('{"a":1}')
  expect(await lid({ a: 1 })).toBe('{"a":1}')
})

const form = (fields: Record<string, string>, files: [name: string, text: string][] = []) => {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  for (const [name, text] of files) body.append('file', new Blob([text]), name)
  return w.app.request('/api/sessions/import', {
    method: 'POST',
    headers: { authorization: 'Bearer token-acme' },
    body,
  })
}

test.each([
  [{ start: 'no' }, 'start', 'true or false'],
  [{ nmae: 'x' }, '', '"nmae" is not known here'],
  [{ __proto__x: 'x' }, '', 'is not known here'],
  [{ name: '\u200b' }, 'name', 'one line'],
  [{ settings: '{"autoReconnect":"yes"}' }, 'settings.autoReconnect', 'true or false'],
  [{ settings: '{"deviceName":"\\ud800"}' }, 'settings.deviceName', 'well-formed'],
  [{ settings: '{"metadata":{"__proto__":"x"}}' }, 'settings.metadata', '__proto__'],
])('a form with %j is refused as the same in JSON would be', async (fields, path, message) => {
  const answer = await form(fields as Record<string, string>, [['creds.json', '{}']])
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    code: 'VALIDATION_ERROR',
    error: expect.stringContaining(message),
    details: { issues: [{ in: 'body', path, message: expect.stringContaining(message) }] },
  })
})

test('files that come one by one have their bare names, each once', async () => {
  const twice = await form({}, [
    ['auth/creds.json', '{}'],
    ['..\\..\\creds.json', '{}'],
  ])
  expect(await twice.json()).toMatchObject({
    code: 'IMPORT_INVALID',
    details: { file: 'creds.json', reason: 'it comes twice' },
  })
  const unlinked = await form({}, [
    ['../../etc/passwd/creds.json', '{}'],
    ['pre-key-1.json', '{}'],
  ])
  expect(await unlinked.json()).toMatchObject({
    code: 'IMPORT_INVALID',
    details: { file: 'creds.json', reason: expect.stringContaining('never linked') },
  })
})

test('what is nested too deeply, or would be a prototype, is refused by name', async () => {
  const send = async (body: string) => {
    const answer = await w.app.request('/api/sessions/import', {
      method: 'POST',
      headers: { authorization: 'Bearer token-acme', 'content-type': 'application/json' },
      body,
    })
    return { status: answer.status, ...((await answer.json()) as object) }
  }
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  expect(await send(`{"files":{"creds.json":${deep}}}`)).toMatchObject({
    status: 400,
    code: 'IMPORT_INVALID',
    details: { file: 'creds.json', reason: 'it is nested too deeply' },
  })
  expect(await send('{"files":{"__proto__":{"creds.json":{}}}}')).toMatchObject({
    status: 400,
    code: 'VALIDATION_ERROR',
  })
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
