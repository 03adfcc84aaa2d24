/** Uploading a file once, to send it often; and the links under which files are fetched. */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Context } from 'hono'
import * as z from 'zod'
import { elsewhere } from '#core/media/elsewhere.ts'
import { findMedia, type MediaFile, objectKey } from '#core/media/file.ts'
import { ingest, type Owner, theShelf } from '#core/media/ingest.ts'
import { MEDIA_KINDS, type MediaKind } from '#core/media/kinds.ts'
import { Fault } from '#core/platform/fault.ts'
import { sealing } from '#core/settings.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, jsonOf, OpenAPIHono, readBody } from '../openapi/hono.ts'
import { filePart } from './multipart.ts'
import { fileOf, hasOneSource, ONE_SOURCE, source } from './source.ts'
import { shown, tags, Upload } from './view.ts'

const upload = createRoute({
  method: 'post',
  path: '/api/sessions/{sessionId}/media',
  tags,
  summary: 'Upload a file',
  description:
    'The body is a form with a file (`multipart/form-data`), the bare content under its own Content-Type, or JSON with a `url` or `base64`. What it is, the content says. Send it by its id, as often as you like.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({
      kind: z.enum(MEDIA_KINDS).default('document').meta({ description: 'Checked for this use at once' }),
      fileName: z.string().max(200).optional().meta({ description: 'Of a bare content' }),
    }),
  },
  responses: {
    201: answer('Stored', { media: Upload }),
    ...faults(
      'VALIDATION_ERROR',
      'MALFORMED_JSON',
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
      'MEDIA_INVALID',
      'MEDIA_TOO_LARGE',
      'MEDIA_TYPE_NOT_SUPPORTED',
      'MEDIA_UNREACHABLE',
    ),
  },
})

const Sources = z.strictObject(source).refine(hasOneSource, ONE_SOURCE)

export const mediaFiles = (deps: Deps) => {
  const app = new OpenAPIHono<ApiEnv>().openapi({ ...upload, middleware: access(deps) }, async (c) => {
    const { kind, fileName } = c.req.valid('query')
    const { id: sessionId, accountId, settings } = theSession(c)
    const file = await taken(deps, c, { sessionId, accountId, ...sealing(settings) }, kind, fileName)
    return c.json({ success: true as const, media: await shown(deps, file) }, 201)
  })
  app.get('/media/:id/:name?', (c) => serve(deps, c))
  return app
}

async function taken(
  deps: Deps,
  c: Context<ApiEnv>,
  owner: Owner,
  kind: MediaKind,
  fileName: string | undefined,
): Promise<MediaFile> {
  const contentType = c.req.header('content-type') ?? ''
  if (/^application\/json/i.test(contentType))
    return fileOf(deps, owner, kind, readBody(Sources, await jsonOf(c)), true)
  const body = c.req.raw.body as ReadableStream<Uint8Array> | null
  const content: AsyncIterable<Uint8Array> = body ? Readable.fromWeb(body) : Readable.from([])
  const shelf = theShelf({ ...deps, objects: deps.media.objects })
  if (!/^multipart\/form-data/i.test(contentType)) {
    const mimetype = contentType.split(';')[0]?.trim() || undefined
    return ingest(shelf, owner, { kind, content, mimetype, fileName, isConverted: true })
  }
  return ingest(shelf, owner, { kind, isConverted: true, ...(await filePart(content, contentType)) })
}

/** Types that a browser may show; everything else it shall keep, so that nothing of a stranger runs at our address. */
const SHOWN = /^(image\/(jpeg|png|webp|gif)|audio\/|video\/)/

async function serve({ store, media }: Deps, c: Context<ApiEnv>): Promise<Response> {
  const { expires = '', signature = '' } = c.req.query()
  const id = c.req.param('id') ?? ''
  const state = await media.links.check(id, expires, signature)
  if (state === 'forged') throw new Fault('FORBIDDEN', 'This link was not made here.')
  if (state === 'expired')
    throw new Fault('MEDIA_LINK_EXPIRED', 'This link has expired. Read the message again for a new one.')
  const file = await findMedia(store, id)
  const gone = new Fault('MEDIA_NOT_FOUND', 'The file is not there any more.')
  if (!file || !media.objects) throw gone
  const isShown = SHOWN.test(file.mimetype)
  const address = await elsewhere(media.objects, file, {
    seconds: 900,
    mimetype: file.mimetype,
    fileName: isShown ? undefined : (file.fileName ?? 'file'),
  })
  if (address) return c.redirect(address, 302)
  const stored = await media.objects.get(objectKey(id))
  if (!stored) throw gone
  const name = encodeURIComponent(file.fileName ?? 'file')
  return c.body(Readable.toWeb(stored.content) as unknown as globalThis.ReadableStream, 200, {
    'Content-Type': file.mimetype,
    'Content-Length': `${stored.size}`,
    'Content-Disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cache-Control': 'private, max-age=86400',
  })
}
