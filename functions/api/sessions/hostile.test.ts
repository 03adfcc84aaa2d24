import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'

let w: World

beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

const create = (body: Record<string, unknown>) => w.request('POST', '/api/sessions', body)

describe('what is no Unicode', () => {
  test.each([
    ['name', { name: 'a\ud800' }],
    ['description', { name: 'x', description: '\udc00' }],
    ['settings.metadata.a', { name: 'x', settings: { metadata: { a: '\ud83d' } } }],
    ['settings.deviceName', { name: 'x', settings: { deviceName: '\ud800' } }],
    ['settings.proxy.password', { name: 'x', settings: { proxy: { server: 'a:1', password: '\ud800' } } }],
  ])('is refused in %s, and it is said where', async (path, body) => {
    expect(await create(body)).toMatchObject({
      status: 400,
      body: {
        code: 'VALIDATION_ERROR',
        details: { issues: [{ path, message: 'must be well-formed Unicode' }] },
      },
    })
  })
})

describe('a page that is none', () => {
  test.each(['0', '-1', '101', '1.5', 'NaN', 'Infinity', 'many', ''])(
    'limit %j says what it may be',
    async (limit) => {
      expect(await w.request('GET', `/api/sessions?limit=${limit}`)).toMatchObject({
        status: 400,
        body: { details: { issues: [{ path: 'limit', message: 'must be a whole number, from 1 to 100' }] } },
      })
    },
  )

  test.each(['-1', 'NaN', '9007199254740993'])('offset %j says what it may be', async (offset) => {
    expect(await w.request('GET', `/api/sessions?offset=${offset}`)).toMatchObject({
      status: 400,
      body: { details: { issues: [{ path: 'offset', message: 'must be a whole number, 0 or more' }] } },
    })
  })

  test('one behind the last is empty', async () => {
    expect((await w.request('GET', '/api/sessions?offset=1000000')).body).toMatchObject({
      sessions: [],
      nextCursor: null,
    })
  })
})
