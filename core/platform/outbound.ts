/**
 * Requests to addresses that somebody else has chosen. Where a connection goes is decided at the moment of connecting,
 * on the very address that is connected to, so neither a literal nor a name that resolves to something else the second
 * time leads inside; redirects are answers like any other and followed by nobody. Certificates are verified, time and
 * the size of answers are bounded.
 */
import { lookup as resolveName } from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { mayReach, type Reach } from './addresses.ts'

export type Reply = {
  status: number
  /** As it came; undefined when it did not. */
  retryAfter: string | undefined
  /** The beginning of the body. */
  body: string
}
export type Outbound = {
  /** @throws Unsent */
  post(url: string, headers: Record<string, string>, body: string): Promise<Reply>
  close(): void
}
export type OutboundOptions = {
  reach: Reach
  /** For all of it: name, connection, TLS, answer; in ms. */
  timeLimit: number
  /** Names to addresses; that of the machine when absent. */
  resolve?: typeof resolveName
}

export type UnsentReason =
  | 'address_refused'
  | 'name_not_found'
  | 'connection_refused'
  | 'connection_lost'
  | 'timeout'
  | 'tls_failed'
  | 'invalid_url'
  | 'request_failed'

/** No answer, or no whole one: a reason to be shown, and nothing of what lies behind it. */
export class Unsent extends Error {
  override readonly name = 'Unsent'
  readonly reason: UnsentReason
  constructor(reason: UnsentReason, cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

/** Bytes of an answer: what is kept, and what is read at all. */
const KEPT = 4_096
const READ = 65_536
/** Addresses that are remembered. */
const KNOWN = 1_000
/** Connections that wait to be used again. */
const IDLE = { keepAlive: true, keepAliveMsecs: 5_000, maxFreeSockets: 64, scheduling: 'lifo' } as const

export function openOutbound({ reach, timeLimit, resolve = resolveName }: OutboundOptions): Outbound {
  const lookup = guarded(resolve, reach)
  const agents = {
    'http:': new http.Agent({ ...IDLE, lookup }),
    'https:': new https.Agent({ ...IDLE, lookup, rejectUnauthorized: true, minVersion: 'TLSv1.2' }),
  }

  /** What a URL says of a request, because reading it costs as much as a good part of the request. */
  const known = new Map<string, http.RequestOptions>()
  const placeOf = (address: string): http.RequestOptions => {
    const place = known.get(address) ?? requestTo(addressOf(address, reach))
    if (known.size >= KNOWN) known.clear()
    known.set(address, place)
    return place
  }

  const once = (place: http.RequestOptions, headers: Record<string, string>, body: string) =>
    new Promise<Reply>((answered, failed) => {
      const { request } = place.protocol === 'https:' ? https : http
      const sent = request({
        ...place,
        method: 'POST',
        agent: agents[place.protocol as keyof typeof agents],
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      })
      const late = setTimeout(() => {
        failed(new Unsent('timeout'))
        sent.destroy()
      }, timeLimit)
      const fail = (error: Error) => {
        clearTimeout(late)
        failed(sent.reusedSocket && isCut(error) ? new Stale('stale', { cause: error }) : unsent(error))
      }
      const done = (reply: Reply) => {
        clearTimeout(late)
        answered(reply)
      }
      sent.once('error', fail)
      sent.once('response', (response) => read(response).then(done, fail))
      sent.end(body)
    })

  return {
    async post(address, headers, body) {
      const place = placeOf(address)
      try {
        return await once(place, headers, body)
      } catch (error) {
        // The other side closed a connection that waited, just when it was used again.
        if (error instanceof Stale) return once(place, headers, body)
        throw error
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/** @throws Unsent when it is no address for us; literals are looked at here, because nobody looks them up */
export function addressOf(text: string, reach: Reach): URL {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) throw new Unsent('invalid_url')
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(literal) !== 0 && !mayReach(literal, reach)) throw new Unsent('address_refused')
  return url
}

const requestTo = ({ protocol, hostname, port, pathname, search }: URL): http.RequestOptions => ({
  protocol,
  hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
  ...(port ? { port } : {}),
  path: `${pathname}${search}`,
})

/** Looks up as the machine does, and keeps to itself what may not be reached. */
export const guarded =
  (resolve: typeof resolveName, reach: Reach): LookupFunction =>
  (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '')
      const allowed = found.filter(({ address }) => mayReach(address, reach))
      const [first] = allowed
      if (!first) return done(new Unsent('address_refused'), '')
      if (options.all) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }

function read(response: http.IncomingMessage): Promise<Reply> {
  return new Promise((done, failed) => {
    const chunks: Buffer[] = []
    let size = 0
    const answer = () =>
      done({
        status: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'],
        body: Buffer.concat(chunks).subarray(0, KEPT).toString().toWellFormed(),
      })
    response.on('data', (chunk: Buffer) => {
      if (size < KEPT) chunks.push(chunk)
      size += chunk.length
      if (size <= READ) return
      answer()
      response.destroy()
    })
    response.once('end', answer)
    response.once('error', failed)
    response.once('aborted', () => failed(new Unsent('connection_lost')))
  })
}

/** The connection was used before, and broke before anything came of this request. */
class Stale extends Error {}

const CUT: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])
const NO_NAME: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA'])
const NO_WAY: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])
const TLS = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|ALTNAME|EPROTO/

const codeOf = (error: Error): unknown => (error as { code?: unknown }).code
const isCut = (error: Error): boolean => CUT.has(codeOf(error))

export function unsent(error: Error): Unsent {
  if (error instanceof Unsent) return error
  return new Unsent(reasonOf(error), error)
}

function reasonOf(error: Error): UnsentReason {
  const code = codeOf(error)
  if (error.name === 'AbortError' || error.name === 'TimeoutError' || code === 'ETIMEDOUT') return 'timeout'
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return reasonOf(error.errors[0])
  if (NO_NAME.has(code)) return 'name_not_found'
  if (NO_WAY.has(code)) return 'connection_refused'
  if (isCut(error) || String(code).startsWith('HPE_')) return 'connection_lost'
  if (TLS.test(String(code))) return 'tls_failed'
  return 'request_failed'
}
