/**
 * What every request goes through before it is looked at: it gets an id, its body is bounded by counting and not by
 * what it says of itself, and nothing of the answer may be cached or guessed at.
 */
import type { MiddlewareHandler } from 'hono'
import { Fault } from '#core/platform/fault.ts'
import type { ApiEnv } from './context.ts'

/** Bytes of a JSON body. */
export const BODY_LIMIT = 1_000_000
/** The same where files may come along in base64. */
export const BODY_LIMIT_WITH_FILES = 24_000_000

const FILES_ALONG = /^\/api\/(messages|sessions\/import)\/?$/
/** Takes files as they are, and counts for itself. */
const FILES = /^\/api\/sessions\/[^/]+\/media\/?$/
/** The same, of whatever type. */
const LEFT = /^\/media\/[^/]+$/

const REQUEST_ID = /^[\w.:-]{1,100}$/

/** Takes over the caller's `X-Request-Id` when it is a sane one. */
export const identified =
  (newRequestId: () => string): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const given = c.req.header('x-request-id')
    const requestId = given && REQUEST_ID.test(given) ? given : newRequestId()
    c.set('requestId', requestId)
    await next()
    c.res.headers.set('X-Request-Id', requestId)
    c.res.headers.set('X-Content-Type-Options', 'nosniff')
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  }

/** @throws Fault BODY_TOO_LARGE as soon as the limit is passed */
export const bounded: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { body } = c.req.raw
  const isFile = LEFT.test(c.req.path) || (FILES.test(c.req.path) && !isJson(c.req.header('content-type')))
  if (body && !isFile) {
    const mayHaveFiles = FILES_ALONG.test(c.req.path) || FILES.test(c.req.path)
    const limit = mayHaveFiles ? BODY_LIMIT_WITH_FILES : BODY_LIMIT
    if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge(limit)
    const bytes = await readAll(body, limit)
    c.req.raw = new Request(c.req.raw, { body: bytes })
  }
  await next()
}

const isJson = (type = ''): boolean => /^application\/json/i.test(type)

async function readAll(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

const tooLarge = (limit: number) =>
  new Fault('BODY_TOO_LARGE', `The body may have ${limit} bytes at most.`, { details: { limit } })
