/** Tokens: made, listed and revoked by callers, and short-lived ones for places that keep nothing for long. */
import * as z from 'zod'
import { JWT_LIFE, LONGEST_LIFE } from '#core/access/jwt.ts'
import { Scopes } from '#core/access/scope.ts'
import * as Tokens from '#core/access/tokens.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { isReadable, READABLE } from '#core/platform/readable.ts'
import type { Token } from '#core/token.ts'
import { access, lastingOnly } from './access.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, body, faults, SECURED, wholeNumber } from './describe.ts'
import { pageOf, SHORT } from './listing.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const tags = ['Tokens']
const TokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: Scopes,
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'Null: until it is revoked' }),
  })
  .meta({ id: 'Token' })
const EXAMPLE = {
  id: '0b8f6f2e-3a5e-4c07-9a0e-0d4f4f9a7a11',
  name: 'reporting',
  scopes: ['messages:read', 'events:read'],
  createdAt: '2026-01-01T12:00:00.000Z',
  expiresAt: '2026-04-01T12:00:00.000Z',
}

const create = createRoute({
  method: 'post',
  path: '/api/tokens',
  tags,
  summary: 'Make a token',
  description:
    'The secret is in the answer and nowhere else. Scopes are an area and a way, such as `messages:read`; a token can hand on what it may do itself.',
  security: SECURED,
  request: {
    body: body(
      z
        .strictObject({
          name: z.string().trim().max(100).refine(isReadable, READABLE),
          scopes: Scopes.default(['*']),
          expiresInDays: z.int().min(1).max(3_650).optional(),
        })
        .meta({ id: 'NewToken' }),
      { name: EXAMPLE.name, scopes: EXAMPLE.scopes, expiresInDays: 90 },
    ),
  },
  responses: {
    201: answer('Made', { secret: z.string(), token: TokenView }, { secret: 'lk_…', token: EXAMPLE }),
    ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'UNAUTHORIZED', 'FORBIDDEN', 'TOKEN_LIMIT_REACHED'),
  },
})

const list = createRoute({
  method: 'get',
  path: '/api/tokens',
  tags,
  summary: 'List tokens',
  description: 'Those that were made by the API, the oldest first; never their secrets.',
  security: SECURED,
  request: { query: z.object(SHORT.query) },
  responses: {
    200: answer(
      'The tokens',
      { tokens: z.array(TokenView), ...SHORT.gives },
      { tokens: [EXAMPLE], nextCursor: null },
    ),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'FORBIDDEN'),
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/api/tokens/{tokenId}',
  tags,
  summary: 'Revoke a token',
  description:
    'It opens nothing from now on, and neither do JWTs and live connections that were made with it.',
  security: SECURED,
  request: { params: z.object({ tokenId: z.string() }) },
  responses: {
    200: answer('Revoked', { message: z.string() }, { message: 'Token revoked' }),
    ...faults('UNAUTHORIZED', 'FORBIDDEN', 'TOKEN_NOT_FOUND'),
  },
})

const exchange = createRoute({
  method: 'post',
  path: '/api/auth/token',
  tags,
  summary: 'Get a short-lived token',
  description: `A JWT that opens what your token opens, for ${JWT_LIFE / 60} minutes or as long as you say, at most ${LONGEST_LIFE / 60}. It ends early when your token is revoked, and makes no other tokens.`,
  security: SECURED,
  request: {
    query: z.object({
      expiresIn: wholeNumber(60, LONGEST_LIFE)
        .default(JWT_LIFE)
        .meta({ type: 'integer', description: 'Seconds' }),
    }),
  },
  responses: {
    200: answer(
      'A JWT',
      { token: z.string(), tokenType: z.literal('Bearer'), expiresIn: z.int(), expiresAt: z.iso.datetime() },
      { token: 'eyJ…', tokenType: 'Bearer', expiresIn: JWT_LIFE, expiresAt: '2026-01-01T12:15:00.000Z' },
    ),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'FORBIDDEN'),
  },
})

export function tokens(deps: Deps) {
  const { store, jwts } = deps
  const middleware = access(deps)
  const making = [middleware, lastingOnly]
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: making }, async (c) => {
      const { name, scopes, expiresInDays: days } = c.req.valid('json')
      const made = await Tokens.make(store, c.get('token'), { name, scopes, days })
      return c.json({ success: true as const, secret: made.secret, token: viewOf(made.token) }, 201)
    })
    .openapi({ ...list, middleware }, async (c) => {
      const all = await Tokens.ofAccount(store, c.get('accountId'))
      const { items, nextCursor } = pageOf(all, c.req.valid('query'), ({ createdAt, id = '' }) => [
        createdAt,
        id,
      ])
      return c.json({ success: true as const, tokens: items.map(viewOf), nextCursor }, 200)
    })
    .openapi({ ...revoke, middleware }, async (c) => {
      await Tokens.revoke(store, c.get('accountId'), c.req.valid('param').tokenId)
      return c.json({ success: true as const, message: 'Token revoked' }, 200)
    })
    .openapi({ ...exchange, middleware: making }, async (c) => {
      const { pk, accountId } = c.get('token')
      const { expiresIn } = c.req.valid('query')
      const token = await jwts.sign(pk, accountId, expiresIn)
      const expiresAt = iso(store.now() + expiresIn * 1_000)
      return c.json(
        { success: true as const, token, tokenType: 'Bearer' as const, expiresIn, expiresAt },
        200,
      )
    })
}

function viewOf({ id, name, scopes, createdAt, expiresAt }: Token): z.infer<typeof TokenView> {
  if (!id) throw new Fault('TOKEN_NOT_FOUND', 'Token not found')
  return { id, name, scopes, createdAt, expiresAt: expiresAt ? iso(expiresAt * 1_000) : null }
}
