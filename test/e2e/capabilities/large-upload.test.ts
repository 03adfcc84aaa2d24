import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'

/** Files that are larger than a request may be: announced, left, sent by their id. */
let w: CapabilityWorld
let id: string
const ANN = '4915100000002'

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line('4915100000001')).id
}, 120_000)
afterAll(() => w.close())

type Announced = { upload: { id: string; url: string; method: string; headers: Record<string, string> } }
const announced = async (about: Record<string, unknown>) => {
  const { status, body } = await w.call<Announced>('POST', `/api/sessions/${id}/media/uploads`, about)
  expect(status, JSON.stringify(body)).toBe(201)
  return body.upload
}
const leave = async (
  { url, method }: Announced['upload'],
  content: Buffer,
  type = 'application/octet-stream',
) => {
  const { pathname, search } = new URL(url)
  const answer = await w.app.request(pathname + search, {
    method,
    body: new Uint8Array(content),
    headers: { 'content-type': type },
  })
  return {
    status: answer.status,
    code: answer.ok ? undefined : ((await answer.json()) as { code: string }).code,
  }
}
const complete = (uploadId: string, sessionId = id) =>
  w.call<{ media?: Media; code?: string }>(
    'POST',
    `/api/sessions/${sessionId}/media/uploads/${uploadId}/complete`,
  )
const image = (mediaId: string) =>
  w.call<{ code: string }>('POST', '/api/messages', { sessionId: id, to: ANN, image: { id: mediaId } })

capability(
  'Send a file that is too large for a request',
  'POST /api/sessions/{sessionId}/media/uploads · POST /api/messages {document}',
  async () => {
    const content = Buffer.concat([sample.pdf, randomBytes(30 * 1024 * 1024)])
    const upload = await announced({
      size: content.length,
      fileName: 'Plan.pdf',
      mimetype: 'application/pdf',
    })
    expect(await leave(upload, content, 'application/json')).toEqual({ status: 200 })
    const sent = await w.sends(id, { to: ANN, document: { id: upload.id } })
    expect(sent.media).toMatchObject({
      size: content.length,
      mimetype: 'application/pdf',
      fileName: 'Plan.pdf',
    })
    expect((await w.phones.media(ANN, sent.id)).content.equals(content)).toBe(true)
  },
)

capability(
  'Check a large file before it is sent',
  'POST /api/sessions/{sessionId}/media/uploads/{uploadId}/complete',
  async () => {
    const upload = await announced({ kind: 'image', size: sample.png.length })
    expect((await complete(upload.id)).body.code).toBe('MEDIA_NOT_FOUND')
    expect((await image(upload.id)).body.code).toBe('MEDIA_NOT_FOUND')
    await leave(upload, sample.png)
    const { status, body } = await complete(upload.id)
    expect([status, body.media?.mimetype, body.media?.size]).toEqual([200, 'image/png', sample.png.length])
    expect(await complete(upload.id)).toMatchObject({ status: 200 })
    expect((await image(upload.id)).status).toBe(202)
  },
)

capability(
  'Refuse a large file that is something else',
  'POST /api/sessions/{sessionId}/media/uploads',
  async () => {
    const upload = await announced({ kind: 'image', size: sample.pdf.length })
    expect(await leave(upload, sample.pdf)).toEqual({ status: 200 })
    expect((await image(upload.id)).body.code).toBe('MEDIA_TYPE_NOT_SUPPORTED')
    expect((await image(upload.id)).body.code).toBe('MEDIA_NOT_FOUND')
  },
)

capability(
  'Take a large file in the size that was announced',
  'POST /api/sessions/{sessionId}/media/uploads',
  async () => {
    for (const size of [101, 99, 0]) {
      const upload = await announced({ size: 100 })
      expect(await leave(upload, Buffer.alloc(size))).toEqual({ status: 400, code: 'MEDIA_INVALID' })
      expect((await complete(upload.id)).body.code).toBe('MEDIA_NOT_FOUND')
    }
  },
)

capability(
  'Refuse to announce what could not be sent',
  'POST /api/sessions/{sessionId}/media/uploads',
  async () => {
    const at = `/api/sessions/${id}/media/uploads`
    const answers = await Promise.all(
      [
        { size: 0 },
        { size: 101 * 1024 * 1024 },
        { kind: 'image', size: 17 * 1024 * 1024 },
        { size: 1.5 },
      ].map((about) => w.call<{ code: string }>('POST', at, about)),
    )
    expect(answers.map(({ body }) => body.code)).toEqual([
      'MEDIA_INVALID',
      'MEDIA_TOO_LARGE',
      'MEDIA_TOO_LARGE',
      'VALIDATION_ERROR',
    ])
  },
)

capability(
  'Bind an address to one file, and the file to its session',
  'POST /api/sessions/{sessionId}/media/uploads',
  async () => {
    const upload = await announced({ size: 5 })
    const other = await announced({ size: 5 })
    const stolen = { ...upload, url: upload.url.replace(upload.id, other.id) }
    expect(await leave(stolen, Buffer.alloc(5))).toEqual({ status: 403, code: 'FORBIDDEN' })
    const grown = { ...upload, url: upload.url.replace('size=5', 'size=500') }
    expect(await leave(grown, Buffer.alloc(500))).toEqual({ status: 403, code: 'FORBIDDEN' })
    expect(await leave(upload, Buffer.alloc(5))).toEqual({ status: 200 })
    const elsewhere = await w.session()
    expect((await complete(upload.id, elsewhere.id)).body.code).toBe('MEDIA_NOT_FOUND')
  },
)
