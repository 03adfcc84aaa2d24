import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoredSettings } from '#core/settings.ts'
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

describe('a name', () => {
  test.each(['\u200b', '\u3164', 'a\u0000b', '\u001b[2J', 'two\nlines'])('is not %j', async (name) => {
    expect(await create({ name })).toMatchObject({
      status: 400,
      body: { details: { issues: [{ path: 'name', message: expect.stringContaining('one line') }] } },
    })
  })

  test('may be in any language, and a description may be null', async () => {
    for (const name of ['خط الدعم', '👩‍👩‍👧 Familie', 'x'.repeat(100)])
      expect((await create({ name, description: null })).body.session).toMatchObject({
        name,
        description: null,
      })
  })
})

describe('a setting', () => {
  const noted = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']))
  test.each([
    ['webhookUrl', { webhookUrl: 'https://me:secret@example.com/' }, 'must not hold a password'],
    [
      'webhookUrl',
      { webhookUrl: `https://example.com/${'x'.repeat(2_000)}` },
      'must have at most 2000 characters',
    ],
    [
      'deviceName',
      { deviceName: '\u0007' },
      'must be one line that shows something, without control characters',
    ],
    ['metadata', { metadata: { '': 'x' } }, 'each name must have 1 to 100 characters'],
    ['metadata', { metadata: { ['x'.repeat(101)]: 'x' } }, 'each name must have 1 to 100 characters'],
    ['metadata', { metadata: noted(51) }, 'must have at most 50 keys'],
    [
      'proxy.username',
      { proxy: { server: 'a:1', username: 'ü'.repeat(128) } },
      'must have at most 255 bytes',
    ],
    [
      'proxy.password',
      { proxy: { server: 'a:1', password: 'a\r\nb' } },
      'must not contain control characters',
    ],
    [
      'autoDownload.kinds',
      { autoDownload: { kinds: new Array(9).fill('image') } },
      expect.stringContaining('5 entries or fewer'),
    ],
  ])('%s that cannot be is refused, with a reason', async (path, settings, message) => {
    const { status, body } = await create({ name: 'x', settings })
    expect([status, body.details.issues[0]]).toMatchObject([
      400,
      { path: expect.stringContaining(`settings.${path}`), message },
    ])
    expect(JSON.stringify(body)).not.toContain('secret@')
  })

  test('that an earlier release has taken is read on', () => {
    const stored = {
      webhookUrl: 'https://me:pw@example.com/',
      deviceName: '\u0007',
      autoDownload: { kinds: new Array(9).fill('image') },
    }
    expect(StoredSettings.parse(stored)).toMatchObject(stored)
  })
})

test('a pairing code for a session that is connected is not called a lack of connection', async () => {
  const { id } = await w.connected()
  const phone = { phoneNumber: '+4915100000001' }
  expect(await w.request('POST', `/api/sessions/${id}/pairing-code`, phone)).toMatchObject({
    status: 400,
    body: { code: 'SESSION_ALREADY_CONNECTED', details: { currentStatus: 'connected' } },
  })
})

test('of twenty sessions that are made at the same moment a plan lets as many be as it has, and says so', async () => {
  await w.account('crowd', 'free')
  const token = 'token-crowd'
  const make = () => w.request('POST', '/api/sessions', { name: 'x' }, { token })
  const answers = await Promise.all(Array.from({ length: 20 }, make))
  const [made, refused] = [201, 403].map((status) => answers.filter((answer) => answer.status === status))
  expect([made?.length, refused?.length]).toEqual([3, 17])
  expect(refused?.[0]?.body).toMatchObject({
    code: 'SESSION_LIMIT_REACHED',
    details: { limit: 3, count: 3, plan: 'free', action: expect.stringContaining('Delete') },
  })
  expect((await w.request('GET', '/api/sessions', undefined, { token })).body.total).toBe(3)

  const [first] = made ?? []
  const path = `/api/sessions/${first?.body.session.id}`
  const gone = await Promise.all([1, 2, 3].map(() => w.request('DELETE', path, undefined, { token })))
  expect(gone.map(({ status }) => status).sort()).toEqual([200, 404, 404])
  expect((await Promise.all([make(), make()])).map(({ status }) => status).sort()).toEqual([201, 403])
})
