/**
 * Files that are too large for a request, as behind API Gateway's 10 MB: announced here, left at an address of the object
 * store, and used by their id like any upload. On one machine the address is ours.
 */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Context } from 'hono'
import * as z from 'zod'
import { announce, LEAVES_WITHIN } from '#core/media/announced.ts'
import { findMedia, objectKey } from '#core/media/file.ts'
import { theShelf } from '#core/media/ingest.ts'
import { MEDIA_KINDS } from '#core/media/kinds.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { onThisMachine } from '#core/platform/scratch.ts'
import { sealing } from '#core/settings.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED, sessionParam } from '../describe.ts'
import { Line } from '../messages/text.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { left, Mimetype } from './source.ts'
import { EXAMPLE, shown, tags, Upload } from './view.ts'

const path = '/api/sessions/{sessionId}/media/uploads'

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Announce a large file',
  description: `Answers an address: PUT the bare content there within ${LEAVES_WITHIN / 60} minutes, exactly \`size\` bytes of it and with the headers that are named, and send it by its \`id\` within a day. Size and type are checked by the content then.`,
  security: SECURED,
  request: {
    ...sessionParam,
    body: body(
      z
        .strictObject({
          kind: z.enum(MEDIA_KINDS).default('document'),
          size: z.int().min(0).meta({ description: 'Bytes' }),
          mimetype: Mimetype.optional(),
          fileName: Line.max(200).optional(),
        })
        .meta({ id: 'NewLargeUpload' }),
      { kind: 'video', size: 31_457_280, fileName: 'tour.mp4' },
    ),
  },
  responses: {
    201: answer(
      'Where to leave it',
      {
        upload: z
          .object({
            id: z.string(),
            method: z.literal('PUT'),
            url: z.string(),
            headers: z.record(z.string(), z.string()),
            expiresAt: z.iso.datetime(),
          })
          .meta({ id: 'LargeUpload' }),
      },
      {
        upload: {
          id: EXAMPLE.id,
          method: 'PUT',
          url: 'https://files.s3.eu-central-1.amazonaws.com/5bc99c…?X-Amz-Signature=…',
          headers: { 'Content-Length': '31457280' },
          expiresAt: '2026-01-01T12:15:00.000Z',
        },
      },
    ),
    ...faults(
      'VALIDATION_ERROR',
      'MALFORMED_JSON',
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
      'MEDIA_INVALID',
      'MEDIA_TOO_LARGE',
      'NOT_SUPPORTED',
    ),
  },
})

const check = createRoute({
  method: 'post',
  path: `${path}/{uploadId}/complete`,
  tags,
  summary: 'Check a large file',
  description: 'What sending it would do as well: looks at what was left, and says what it is.',
  security: SECURED,
  request: { params: sessionParam.params.extend({ uploadId: z.string().max(100) }) },
  responses: {
    200: answer('It is there', { media: Upload }, { media: EXAMPLE }),
    ...faults(
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
      'MEDIA_NOT_FOUND',
      'MEDIA_INVALID',
      'MEDIA_TYPE_NOT_SUPPORTED',
    ),
  },
})

export const largeFiles = (deps: Deps) => {
  const middleware = access(deps)
  const app = new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware }, async (c) => {
      const { id: sessionId, accountId, settings } = theSession(c)
      const { objects } = theShelf({ ...deps, objects: deps.media.objects })
      const owner = { sessionId, accountId, ...sealing(settings) }
      const { id, size } = await announce(deps.store, owner, c.req.valid('json'))
      const seconds = LEAVES_WITHIN
      const elsewhere = await objects.uploadLink(objectKey(id), { seconds, size })
      const upload = {
        id,
        method: 'PUT' as const,
        url: elsewhere ?? (await deps.media.links.toLeave(id, size, seconds)),
        headers: { 'Content-Length': `${size}` },
        expiresAt: iso(deps.store.now() + seconds * 1_000),
      }
      return c.json({ success: true as const, upload }, 201)
    })
    .openapi({ ...check, middleware }, async (c) => {
      const { id: sessionId } = theSession(c)
      const { uploadId } = c.req.valid('param')
      const known = await findMedia(deps.store, uploadId)
      const file = known?.sessionId === sessionId ? known : await left(deps, sessionId, uploadId)
      if (!file) throw new Fault('MEDIA_NOT_FOUND', 'There is no such upload.', { details: { id: uploadId } })
      return c.json({ success: true as const, media: await shown(deps, file) }, 200)
    })
  app.put('/media/:id', async (c) => {
    await take(deps, c)
    return c.body(null, 200)
  })
  return app
}

/** What S3 does with an address of its own. @throws Fault FORBIDDEN, MEDIA_LINK_EXPIRED, MEDIA_INVALID */
async function take(deps: Deps, c: Context<ApiEnv>): Promise<void> {
  const { size = '', expires = '', signature = '' } = c.req.query()
  const id = c.req.param('id') ?? ''
  const state = await deps.media.links.checkLeaving(id, size, expires, signature)
  if (state === 'forged') throw new Fault('FORBIDDEN', 'This link was not made here.')
  if (state === 'expired')
    throw new Fault('MEDIA_LINK_EXPIRED', 'This link has expired. Announce the file again.')
  const { objects } = theShelf({ ...deps, objects: deps.media.objects })
  const body = c.req.raw.body as ReadableStream<Uint8Array> | null
  const content = body ? Readable.fromWeb(body) : Readable.from([])
  await using file = await onThisMachine(content, exactly(Number(size)))
  await objects.put(objectKey(id), { path: file.path, size: Number(size) }, 'application/octet-stream')
}

const exactly = (announced: number) =>
  async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let size = 0
    const wrong = () =>
      new Fault('MEDIA_INVALID', 'The file is not as large as it was announced.', { details: { announced } })
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > announced) throw wrong()
      yield chunk
    }
    if (size !== announced) throw wrong()
  }
