import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { type Site, site } from '../../support/site.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string
let pages: Site

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  pages = await site()
})
afterAll(async () => {
  pages.close()
  await w.close()
})

const base64 = (content: Buffer) => content.toString('base64')

const refused: [string, Record<string, unknown>, RequestListener | undefined, number, string][] = [
  ['an empty file', { image: { base64: '' } }, undefined, 400, 'MEDIA_INVALID'],
  ['what is not base64', { image: { base64: '*&^%' } }, undefined, 400, 'MEDIA_INVALID'],
  [
    'a text as an image',
    { image: { base64: base64(Buffer.from('hello')) } },
    undefined,
    415,
    'MEDIA_TYPE_NOT_SUPPORTED',
  ],
  [
    'an image as a video',
    { video: { base64: base64(sample.png) } },
    undefined,
    415,
    'MEDIA_TYPE_NOT_SUPPORTED',
  ],
  [
    'a sticker of more than 1 MB',
    { sticker: { base64: base64(Buffer.concat([sample.webp, Buffer.alloc(1_100_000)])) } },
    undefined,
    413,
    'MEDIA_TOO_LARGE',
  ],
  ['an unknown upload', { image: { id: 'nothing' } }, undefined, 404, 'MEDIA_NOT_FOUND'],
  [
    'a dead link',
    { image: 'ORIGIN/x.png' },
    (_, response) => void response.writeHead(404).end(),
    422,
    'MEDIA_UNREACHABLE',
  ],
  [
    'a redirect loop',
    { image: 'ORIGIN/x.png' },
    (_, response) => void response.writeHead(302, { location: '/x.png' }).end(),
    422,
    'MEDIA_UNREACHABLE',
  ],
  ['a private address', { image: 'http://10.0.0.1/x.png' }, undefined, 422, 'MEDIA_UNREACHABLE'],
  [
    'a redirect to a private address',
    { image: 'ORIGIN/x.png' },
    (_, response) => void response.writeHead(302, { location: 'http://192.168.1.1/' }).end(),
    422,
    'MEDIA_UNREACHABLE',
  ],
  ['a link that says nothing', { image: 'ORIGIN/x.png' }, () => undefined, 422, 'MEDIA_UNREACHABLE'],
  [
    'a link that stops in the middle',
    { image: 'ORIGIN/x.png' },
    (_, response) => void response.writeHead(200, { 'content-length': 1_000 }).write(sample.png),
    422,
    'MEDIA_UNREACHABLE',
  ],
  [
    'an empty file behind a link',
    { image: 'ORIGIN/x.png' },
    (_, response) => void response.writeHead(200).end(),
    400,
    'MEDIA_INVALID',
  ],
  [
    'an image of more than 16 MB that does not say so',
    { image: 'ORIGIN/x.png' },
    (_, response) =>
      void response.writeHead(200).end(Buffer.concat([sample.png, Buffer.alloc(16 * 1024 * 1024)])),
    413,
    'MEDIA_TOO_LARGE',
  ],
  ['another protocol', { image: 'file:///etc/passwd' }, undefined, 422, 'MEDIA_UNREACHABLE'],
]

capability('Refuse by name what cannot be sent as a file', 'POST /api/messages {image}', async () => {
  for (const [name, body, listener, status, code] of refused) {
    if (listener) pages.answers(listener)
    const message = JSON.parse(
      JSON.stringify({ sessionId: id, to: ANN, ...body }).replaceAll('ORIGIN', pages.origin),
    )
    expect(await w.call('POST', '/api/messages', message), name).toMatchObject({
      status,
      body: { success: false, code },
    })
  }
})

capability('Send what comes slowly', 'POST /api/messages {image}', async () => {
  pages.answers((_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' })
    const pieces = [...sample.png.values()].map((byte) => Buffer.of(byte))
    const drip = () => {
      const piece = pieces.splice(0, 10)
      if (piece.length === 0) return void response.end()
      response.write(Buffer.concat(piece), () => setTimeout(drip, 20))
    }
    drip()
  })
  const sent = await w.sends(id, { to: ANN, image: `${pages.origin}/slow.png` })
  await w.atPhone(ANN, sent.id)
  expect((await w.phones.media(ANN, sent.id)).content).toEqual(sample.png)
})

capability(
  'Receive files that are empty, or are not what they say',
  'GET /api/messages/{messageId}',
  async () => {
    const image = { data: '', mimetype: 'image/png', caption: 'Nothing' }
    const empty = await w.phones.send(ANN, { to: PHONE, image })
    const text = { data: base64(Buffer.from('hello')), mimetype: 'image/png' }
    const wrong = await w.phones.send(ANN, { to: PHONE, image: text })
    for (const [one, caption] of [
      [empty, 'Nothing'],
      [wrong, undefined],
    ] as const) {
      const shown = await until('what became of the file', async () => {
        const message = await w.shown(id, one.id)
        const { state } = (message.media ?? {}) as Partial<Media>
        return state && state !== 'pending' && { state, text: message.text }
      })
      expect(shown).toEqual({ state: 'stored', text: caption })
    }
    const after = await w.phones.send(ANN, { to: PHONE, text: 'And on it goes' })
    expect((await w.received(id, after.id)).text).toBe('And on it goes')
  },
)
