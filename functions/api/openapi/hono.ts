/**
 * `createRoute` and `OpenAPIHono`, with the types of @hono/zod-openapi and without its runtime. The library hands the
 * whole of zod to an extension that we do not use, which is 400 KB of bundle and a fifth of the cold start; this does
 * the same with what zod itself has (docs/decisions/0010). Import them from here and nowhere else.
 */
import type * as library from '@hono/zod-openapi'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import type * as z from 'zod'
import { Fault } from '#core/platform/fault.ts'
import { named } from './issues.ts'
import { strangeIn } from './strange.ts'

type Content = Record<string, { schema?: unknown; example?: unknown }>
type Target = 'param' | 'query' | 'header' | 'json'

/** As much of a description as is used, here and in the document. */
export type Described = {
  method: string
  path: string
  tags?: string[]
  summary?: string
  description?: string
  security?: Record<string, string[]>[]
  request?: {
    params?: z.ZodObject
    query?: z.ZodObject
    headers?: z.ZodObject
    body?: { content: Content }
  }
  responses: Record<string, { description: string; content?: Content }>
}
type Route = Described & { middleware?: MiddlewareHandler | MiddlewareHandler[] }

class DescribingHono extends Hono {
  readonly described: Described[] = []

  openapi({ middleware = [], ...route }: Route, handler: MiddlewareHandler): this {
    this.described.push(route)
    const path = route.path.replace(/\{(\w+)\}/g, ':$1')
    this.on(route.method.toUpperCase(), [path], ...[middleware].flat(), checked(route), handler)
    return this
  }
}

export const OpenAPIHono = DescribingHono as unknown as typeof library.OpenAPIHono
export const createRoute = ((route: unknown) => route) as typeof library.createRoute

/** What the routes of an app say of themselves. */
export const descriptionsOf = (app: unknown): Described[] =>
  app instanceof DescribingHono ? app.described : []

/** The handler gets what it describes, or is not called: then everything that is wrong is said at once. */
function checked({ request = {} }: Described): MiddlewareHandler {
  const { params, query, headers, body } = request
  const json = body?.content['application/json']?.schema as z.ZodType | undefined
  // Where a body may have another form as well, its handler reads that one.
  const hasForms = Object.keys(body?.content ?? {}).length > 1
  return async (c, next) => {
    const issues = [
      ...check(c, 'param', params, c.req.param()),
      ...check(c, 'query', query, c.req.query()),
      ...check(c, 'header', headers, c.req.header()),
      ...(!json || (hasForms && !isJson(c)) ? [] : check(c, 'json', json, await jsonOf(c))),
    ]
    const refusal = refusalOf(issues)
    if (!refusal) return next()
    throw refusal
  }
}

/** Undefined when nothing is wrong. */
function refusalOf(issues: Issue[]): Fault | undefined {
  const [first] = issues
  if (!first) return
  const where = first.path ? `${first.path}: ` : ''
  return new Fault('VALIDATION_ERROR', `The request is not valid. ${where}${first.message}`, {
    details: { issues },
  })
}

type Issue = { in: string; path: string; message: string }

const PLACES: Record<Target, string> = { param: 'path', query: 'query', header: 'header', json: 'body' }

function check(c: Context, target: Target, schema: z.ZodType | undefined, value: unknown): Issue[] {
  if (!schema) return []
  const { issues, data } = judged(target, schema, value)
  if (issues.length === 0) c.req.addValidatedData(target, data as object)
  return issues
}

/** A body that its route does not describe as JSON alone. @throws Fault VALIDATION_ERROR, as for one that is */
export function readBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { issues, data } = judged('json', schema, value)
  const refusal = refusalOf(issues)
  if (refusal) throw refusal
  return data as z.output<S>
}

/** What no part of us could keep is said first: the rest of a body may be just right. */
function judged<S extends z.ZodType>(target: Target, schema: S, value: unknown) {
  const strange = target === 'json' ? strangeIn(value) : undefined
  if (strange) return { issues: [{ in: PLACES[target], ...strange }], data: undefined }
  const { data, error } = schema.safeParse(value)
  const issues = (error?.issues ?? []).flatMap(named).map((issue) => ({ in: PLACES[target], ...issue }))
  return { issues, data }
}

function isJson(c: Context): boolean {
  const [type = ''] = (c.req.header('content-type') ?? '').split(';')
  return /^application\/([\w.+-]+\+)?json$/i.test(type.trim())
}

/** @throws Fault UNSUPPORTED_MEDIA_TYPE, MALFORMED_JSON */
export async function jsonOf(c: Context): Promise<unknown> {
  if (!isJson(c))
    throw new Fault(
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be JSON, sent with Content-Type: application/json.',
    )
  try {
    return await c.req.json()
  } catch (cause) {
    throw new Fault('MALFORMED_JSON', 'The body is not valid JSON.', { cause })
  }
}
