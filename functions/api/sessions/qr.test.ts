import { PNG } from 'pngjs'
import { encode } from 'uqr'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { iso } from '#core/platform/clock.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { png } from './qr-image.ts'

let w: World
let id: string
/** As long as WhatsApp's are. */
const text = `2@${'Ab3/+'.repeat(22)},${'Kq'.repeat(22)}=,${'Zx'.repeat(22)}=,${'Yw'.repeat(22)}=,1`

beforeAll(async () => {
  w = await apiWorld()
  id = (await w.request('POST', '/api/sessions', { name: 'line' })).body.session.id
  await w.request('POST', `/api/sessions/${id}/start`)
})
afterAll(() => w.close())

const show = (expiresInMs: number) =>
  w.record(id, {
    doneIntent: 1,
    state: { status: 'qr_generated', qr: { text, expiresAt: iso(w.clock.now + expiresInMs) } },
  })
const get = (query = '', headers: Record<string, string> = {}) =>
  w.request('GET', `/api/sessions/${id}/qr${query}`, undefined, { headers })

test('the JSON has a PNG of 256×256 as data URL, the text and its end', async () => {
  await show(20_000)
  const { status, body, headers } = await get()
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toMatchObject({
    success: true,
    qrText: text,
    expiresAt: iso(w.clock.now + 20_000),
    message: 'QR code generated successfully',
  })
  const [, base64 = ''] = /^data:image\/png;base64,(.+)$/.exec(body.qrCode) ?? []
  const image = PNG.sync.read(Buffer.from(base64, 'base64'))
  expect([image.width, image.height]).toEqual([256, 256])
})

test.each([
  ['?format=png', {}, 'image/png', /^.PNG/],
  ['', { accept: 'image/png' }, 'image/png', /^.PNG/],
  ['', { accept: 'image/avif,image/png;q=0.9,*/*;q=0.8' }, 'image/png', /^.PNG/],
  ['?format=svg', {}, 'image/svg+xml', /^<svg/],
  ['', { accept: 'image/svg+xml' }, 'image/svg+xml', /^<svg/],
  ['?format=raw', {}, 'text/plain', /^2@Ab3/],
  ['', { accept: 'text/plain' }, 'text/plain', /^2@Ab3/],
  ['?format=terminal', { accept: 'image/png' }, 'text/plain', /^[█▀▄ \n]+$/],
  ['', { accept: 'application/json' }, 'application/json', /^{"success":true/],
  ['', { accept: '*/*' }, 'application/json', /^{"success":true/],
  ['', { accept: 'image/*' }, 'image/png', /^.PNG/],
  ['', { accept: 'image/svg+xml;q=0.2, Image/PNG' }, 'image/png', /^.PNG/],
  ['', { accept: 'image/png; q=0, text/plain;q=x' }, 'application/json', /^{"success":true/],
])('qr%s %j is %s', async (query, headers, type, content) => {
  await show(20_000)
  const answer = await get(query, headers)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain(type)
  expect(answer.text).toMatch(content)
})

test('each module of the picture is where the code has it, with a quiet zone of four around', async () => {
  const image = PNG.sync.read(await png(text))
  const code = encode(text, { ecc: 'L', border: 0 })
  const scale = Math.floor(256 / (code.size + 8))
  const margin = Math.floor((256 - code.size * scale) / 2)
  expect(scale).toBeGreaterThanOrEqual(3)
  expect(margin).toBeGreaterThanOrEqual(4 * scale)
  const isDark = (x: number, y: number) => image.data[(y * 256 + x) * 4] === 0
  for (let row = 0; row < code.size; row++)
    for (let column = 0; column < code.size; column++)
      for (const offset of [0, scale - 1])
        if (
          isDark(margin + column * scale + offset, margin + row * scale + offset) !== code.data[row]?.[column]
        )
          expect.fail(`module ${row},${column} is wrong`)
  // The three finder patterns: dark corners of the code, nothing outside of it.
  const end = margin + code.size * scale
  expect([isDark(margin, margin), isDark(end - 1, margin), isDark(margin, end - 1)]).toEqual([
    true,
    true,
    true,
  ])
  expect([isDark(margin - 1, margin), isDark(end, margin), isDark(margin, end)]).toEqual([
    false,
    false,
    false,
  ])
})

test('an expired code is not handed out', async () => {
  await show(5_000)
  w.clock.now += 5_000
  expect(await get()).toMatchObject({
    status: 400,
    body: { success: false, code: 'QR_CODE_EXPIRED', status: 400, details: { action: expect.any(String) } },
  })
})

test('when all codes are used up, it says to start again', async () => {
  const action = 'Start the session and scan the QR code again'
  await w.record(id, { wanted: false, state: { status: 'disconnected', reason: 'qr_expired', action } })
  expect((await get('?format=png')).body).toMatchObject({
    code: 'QR_CODE_EXPIRED',
    details: { currentStatus: 'disconnected', reason: 'qr_expired', action },
  })
})

test('a connected session has none, nor has one that was not started', async () => {
  const connected = await w.connected()
  expect((await w.request('GET', `/api/sessions/${connected.id}/qr`)).body).toMatchObject({
    code: 'SESSION_ALREADY_CONNECTED',
    status: 400,
  })
  const inactive = (await w.request('POST', '/api/sessions', { name: 'idle' })).body.session
  expect((await w.request('GET', `/api/sessions/${inactive.id}/qr`)).body).toMatchObject({
    code: 'QR_CODE_NOT_AVAILABLE',
    details: { currentStatus: 'inactive', action: 'Please start the session' },
  })
})

test('an unknown format is refused', async () => {
  expect((await get('?format=gif')).body).toMatchObject({ code: 'VALIDATION_ERROR' })
})
