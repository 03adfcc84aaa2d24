import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

async function uploaded(body: string) {
  const { id } = await w.session('acme')
  const headers = { authorization: 'Bearer token-acme', 'content-type': 'application/json' }
  const answer = await w.app.request(`/api/sessions/${id}/media`, { method: 'POST', headers, body })
  return { status: answer.status, ...((await answer.json()) as object) }
}

test('an upload in JSON is refused as any other body is: by the field, and what is no JSON by its name', async () => {
  expect(await uploaded('{"base64":"AA==","fileName":7}')).toMatchObject({
    status: 400,
    code: 'VALIDATION_ERROR',
    error: 'The request is not valid. fileName: must be a text',
    details: { issues: [{ in: 'body', path: 'fileName', message: 'must be a text' }] },
  })
  expect(await uploaded('{"url":"https://example.com/","id":"x"}')).toMatchObject({
    details: { issues: [{ path: '', message: 'must have exactly one of url, base64 and id' }] },
  })
  expect(await uploaded('{"base64"')).toMatchObject({ status: 400, code: 'MALFORMED_JSON' })
})
