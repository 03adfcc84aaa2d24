/**
 * What every request goes through before it is looked at: it gets an id, its body is bounded by counting and not by
 * what it says of itself, and nothing of the answer may be cached or guessed at.
 */
import type { MiddlewareHandler } from 'hono'
import { Fault } from '#core/platform/fault.ts'
import type { ApiEnv } from './context.ts'

/** Bytes of a JSON body. */
export const BODY_LIMIT = 1_000_000

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
  if (body) {
    if (Number(c.req.header('content-length') ?? 0) > BODY_LIMIT) throw tooLarge()
    const bytes = await readAll(body)
    c.req.raw = new Request(c.req.raw, { body: bytes })
  }
  await next()
}

async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > BODY_LIMIT) throw tooLarge()
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

const tooLarge = () =>
  new Fault('BODY_TOO_LARGE', `The body may have ${BODY_LIMIT} bytes at most.`, {
    details: { limit: BODY_LIMIT },
  })
