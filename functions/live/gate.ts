/**
 * Who comes in, and who goes: the routes `$connect` and `$disconnect`. A ticket or a token is asked for before there is a
 * connection, so whoever has none is answered as over HTTP.
 */
import { isJwt } from '#core/access/jwt.ts'
import { permits } from '#core/access/scope.ts'
import * as Connections from '#core/live/connection.ts'
import { PROTOCOL, TICKET_PREFIX } from '#core/live/frames.ts'
import { type Holder, holderOf as holderOfToken, redeem } from '#core/live/ticket.ts'
import type { Key } from '#core/platform/dynamo.ts'
import { Fault } from '#core/platform/fault.ts'
import { TOKEN, Token, tokenKey } from '#core/token.ts'
import type { LiveDeps } from './deps.ts'

type Headers = Record<string, string | undefined>
export type Answer = { statusCode: number; headers?: Record<string, string>; body?: string }

/** @param address where it comes from, as the gateway saw it */
export async function connect(
  deps: LiveDeps,
  connectionId: string,
  given: Headers = {},
  address?: string,
): Promise<Answer> {
  const header = (name: string) =>
    Object.entries(given).find(([key]) => key.toLowerCase() === name)?.[1] ?? ''
  const protocols = header('sec-websocket-protocol')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  try {
    const holder = await holderOf(deps, protocols, secretOf(header('authorization'), header('x-api-key')))
    await Connections.open(deps, connectionId, address ? { ...holder, address } : holder)
    const headers = protocols.includes(PROTOCOL) ? { 'Sec-WebSocket-Protocol': PROTOCOL } : undefined
    return { statusCode: 200, ...(headers ? { headers } : {}) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { code, status, message, details } = error
    const body = { success: false, error: message, code, status, ...(details ? { details } : {}) }
    return {
      statusCode: status,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }
  }
}

export async function disconnect({ store }: LiveDeps, connectionId: string): Promise<Answer> {
  await Connections.close(store, connectionId)
  return { statusCode: 200 }
}

/** @throws Fault UNAUTHORIZED */
async function holderOf(
  { store, jwts }: LiveDeps,
  protocols: string[],
  secret: string | undefined,
): Promise<Holder> {
  const ticket = protocols.find((one) => one.startsWith(TICKET_PREFIX))?.slice(TICKET_PREFIX.length)
  if (ticket) {
    const holder = await redeem(store, ticket)
    if (!holder) throw new Fault('UNAUTHORIZED', 'The ticket is not valid, was used, or is too old.')
    return holder
  }
  const key = secret ? await keyOf(jwts, secret) : undefined
  const token = key && (await store.get('main', Token, key))
  if (!key || !token)
    throw new Fault(
      'UNAUTHORIZED',
      `Authentication is required: offer ${PROTOCOL} and ${TICKET_PREFIX}<ticket> in Sec-WebSocket-Protocol.`,
    )
  if (!permits(token.scopes, 'events:read'))
    throw new Fault('FORBIDDEN', 'This needs a token with the scope events:read.')
  return holderOfToken({ ...token, pk: key.pk })
}

/** Where the token lies: a short-lived one stands for another. Undefined when it is none of ours, or too old. */
async function keyOf(jwts: LiveDeps['jwts'], secret: string): Promise<Key | undefined> {
  if (!isJwt(secret)) return tokenKey(secret)
  const pk = await jwts.open(secret)
  return pk === undefined ? undefined : { pk, sk: TOKEN }
}

function secretOf(authorization: string, apiKey: string): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return bearer ?? (apiKey.trim() || undefined)
}
