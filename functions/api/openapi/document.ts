/** The OpenAPI 3.1 document: everything in it comes from what the routes say of themselves. */
import type * as z from 'zod'
import { HEADERS, webhookEvents } from '../webhooks/document.ts'
import type { Described } from './hono.ts'
import { type JsonSchema, openSchemas, type Schemas } from './schemas.ts'

const DESCRIPTION = `Linekeeper keeps WhatsApp lines open. A *session* is one linked WhatsApp device: create it, start
it, scan its QR code, and send and receive through it.

Every answer has \`success\`. Errors are \`{success: false, error, code, status, details?}\`: the sentence in \`error\` can
be shown, \`code\` can be relied on, and \`details.action\` says what to do where something can be done. Times are ISO 8601
in UTC, phone numbers E.164 with a plus. Lists take \`limit\` and \`cursor\`; \`nextCursor\` is null on the last page. Every
answer carries an \`X-Request-Id\`, and every one to a valid token \`X-RateLimit-Limit\`, \`X-RateLimit-Remaining\` and
\`X-RateLimit-Reset\`.`

const number = (description: string) => ({ description, schema: { type: 'integer' } })
const failure = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
/** What any call may answer that needs a token. */
const RESPONSES = {
  Forbidden: {
    description:
      'FORBIDDEN: the token lacks a scope, which `details.scope` names; it is the key of another session; or the session is not open to this address',
    content: failure,
  },
  RateLimited: {
    description: 'RATE_LIMITED: the plan of the account allows so many requests a minute',
    headers: {
      'Retry-After': number('Seconds until it may be tried again'),
      'X-RateLimit-Limit': number('Requests a minute'),
      'X-RateLimit-Remaining': number('How many are left in this minute'),
      'X-RateLimit-Reset': number('When the minute is over, in seconds since 1970'),
    },
    content: failure,
  },
}
const ANYWHERE = {
  '403': { $ref: '#/components/responses/Forbidden' },
  '429': { $ref: '#/components/responses/RateLimited' },
}

export function documentOf(routes: Described[], origin: string) {
  const schemas = openSchemas()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path] ?? {}, { [route.method]: operationOf(route, schemas) })
  }
  const tags = [...new Set(routes.flatMap((route) => route.tags ?? []))]
  return schemas.finish({
    openapi: '3.1.0',
    info: { title: 'Linekeeper', version: '0.1.0', description: DESCRIPTION, license: { name: 'MIT' } },
    servers: [{ url: origin }],
    tags: tags.map((name) => ({ name })),
    paths,
    webhooks: Object.fromEntries(webhookEvents().map((event) => [event.type, webhookOf(event, schemas)])),
    components: {
      responses: RESPONSES,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
  })
}

/** What we send, as a server of somebody else's sees it. */
function webhookOf(
  { type, summary, description, schema, example }: ReturnType<typeof webhookEvents>[number],
  schemas: Schemas,
) {
  const parameters = Object.entries(HEADERS).map(([name, about]) => ({ name, in: 'header', ...about }))
  return {
    post: {
      operationId: `webhook${type.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
      tags: ['Webhooks'],
      summary,
      description,
      parameters,
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemas.given(schema), example } },
      },
      responses: {
        '2XX': { description: 'Taken. Anything else is tried again' },
        '410': { description: 'Never again: the webhook is disabled' },
        '429': { description: 'Later: `Retry-After` is heeded, as it is with every other failure' },
      },
    },
  }
}

function operationOf(route: Described, schemas: Schemas) {
  const { method, path, tags, summary, description, security, request = {} } = route
  return {
    operationId: `${method}${path.replace(/[^A-Za-z]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags,
    summary,
    description,
    security,
    parameters: [
      ...parametersOf('path', request.params, schemas),
      ...parametersOf('query', request.query, schemas),
      ...parametersOf('header', request.headers, schemas),
    ],
    requestBody: request.body && { required: true, content: contentOf(request.body.content, schemas.taken) },
    responses: {
      ...(security ? ANYWHERE : {}),
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, { description, content }]) => [
          status,
          { description, content: content && contentOf(content, schemas.given) },
        ]),
      ),
    },
  }
}

function parametersOf(place: 'path' | 'query' | 'header', object: z.ZodObject | undefined, schemas: Schemas) {
  const { properties = {}, required = [] } = object ? schemas.taken(object) : ({} as JsonSchema)
  return Object.entries(properties).map(([name, { description, example, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    description,
    example,
    schema,
  }))
}

type Content = Record<string, { schema?: unknown; example?: unknown }>

const contentOf = (content: Content, convert: (schema: z.ZodType) => JsonSchema) =>
  Object.fromEntries(
    Object.entries(content).map(([type, { schema, example }]) => [
      type,
      { schema: schema && convert(schema as z.ZodType), example },
    ]),
  )
