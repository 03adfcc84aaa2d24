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

/** Bytes beyond a limit that are read and dropped, because a connection whose body stays unread cannot be used on. */
const DROPPED = 16_000_000

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

/** @throws Fault BODY_TOO_LARGE */
export const bounded: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const isFile = LEFT.test(c.req.path) || (FILES.test(c.req.path) && !isJson(c.req.header('content-type')))
  if (!isFile) {
    const mayHaveFiles = FILES_ALONG.test(c.req.path) || FILES.test(c.req.path)
    const limit = mayHaveFiles ? BODY_LIMIT_WITH_FILES : BODY_LIMIT
    // A body that nobody has touched is dropped by the server, and its connection can be used on.
    if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge(limit)
    const { body } = c.req.raw
    if (body) c.req.raw = new Request(c.req.raw, { body: await readAll(body, limit) })
  }
  await next()
}

const isJson = (type = ''): boolean => /^application\/json/i.test(type)

async function readAll(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit + DROPPED) break
    if (size <= limit) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > limit) throw tooLarge(limit)
  return new Uint8Array(Buffer.concat(chunks))
}

const tooLarge = (limit: number) =>
  new Fault('BODY_TOO_LARGE', `The body may have ${limit} bytes at most.`, { details: { limit } })
