/**
 * Fetching a file from an address that somebody else has chosen. Every hop of a redirection is looked at as the first
 * one is (see outbound.ts); their number, the time, the time in which nothing comes, and the size are bounded, whatever
 * the other side says of itself.
 */
import { lookup as resolveName } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import type { Reach } from './addresses.ts'
import { addressOf, guarded, Unsent, type UnsentReason, unsent } from './outbound.ts'

export type DownloadOptions = {
  reach: Reach
  limitBytes: number
  /** For all of it, in ms. */
  timeLimit?: number
  /** For the time in which nothing comes, in ms. */
  idleLimit?: number
  resolve?: typeof resolveName
}
export type Download = {
  /** Where it was found, behind all redirections. */
  url: string
  content: AsyncIterable<Buffer>
  /** As the server said it, without parameters. */
  mimetype: string | undefined
  /** Of a text, as the server said it. */
  charset: string | undefined
  /** The last part of the path, or what the server called it. */
  fileName: string | undefined
}

const TIME_LIMIT = 60_000
const IDLE_LIMIT = 10_000
const REDIRECTS = 5

/** `status_404` and the like when the server answered something else than the file. */
export class NotDownloaded extends Error {
  override readonly name = 'NotDownloaded'
  readonly reason: UnsentReason | 'too_many_redirects' | 'too_large' | `status_${number}`
  constructor(reason: NotDownloaded['reason'], cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

/** The content throws NotDownloaded as well, while it is read. @throws NotDownloaded */
export async function download(address: string, options: DownloadOptions): Promise<Download> {
  const end = AbortSignal.timeout(options.timeLimit ?? TIME_LIMIT)
  try {
    return await follow(address, options, end)
  } catch (error) {
    throw named(error, end)
  }
}

async function follow(address: string, options: DownloadOptions, end: AbortSignal): Promise<Download> {
  let url = addressOf(address, options.reach)
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await get(url, options, end)
    const { statusCode = 0, headers } = response
    if (statusCode >= 300 && statusCode < 400 && headers.location) {
      response.destroy()
      url = addressOf(new URL(headers.location, url).toString(), options.reach)
      continue
    }
    if (statusCode !== 200) {
      response.destroy()
      throw new NotDownloaded(`status_${statusCode}`)
    }
    if (Number(headers['content-length'] ?? 0) > options.limitBytes) {
      response.destroy()
      throw new NotDownloaded('too_large')
    }
    return {
      content: bounded(response, options.limitBytes, end),
      url: url.toString(),
      charset: /;\s*charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1],
      mimetype: headers['content-type']?.split(';')[0]?.trim().toLowerCase() || undefined,
      fileName: nameIn(headers['content-disposition']) ?? nameOf(url),
    }
  }
  throw new NotDownloaded('too_many_redirects')
}

function get(
  url: URL,
  { reach, idleLimit = IDLE_LIMIT, resolve = resolveName }: DownloadOptions,
  end: AbortSignal,
): Promise<http.IncomingMessage> {
  return new Promise((answered, failed) => {
    const { request } = url.protocol === 'https:' ? https : http
    const sent = request(url, {
      agent: false,
      lookup: guarded(resolve, reach),
      signal: end,
      timeout: idleLimit,
      headers: { accept: '*/*', 'user-agent': 'Linekeeper' },
    })
    const tooSlow = () => sent.destroy(new Unsent('timeout'))
    sent.once('timeout', tooSlow)
    sent.once('error', failed)
    sent.once('response', (response) => {
      sent.off('timeout', tooSlow)
      sent.once('timeout', () => response.destroy(new Unsent('timeout')))
      answered(response)
    })
    sent.end()
  })
}

async function* bounded(
  response: http.IncomingMessage,
  limitBytes: number,
  end: AbortSignal,
): AsyncGenerator<Buffer> {
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limitBytes) throw new NotDownloaded('too_large')
      yield chunk
    }
    if (!response.complete) throw new NotDownloaded('connection_lost')
  } catch (error) {
    throw named(error, end)
  } finally {
    response.destroy()
  }
}

function named(error: unknown, end: AbortSignal): unknown {
  if (error instanceof NotDownloaded) return error
  if (end.aborted) return new NotDownloaded('timeout', error)
  return error instanceof Error ? new NotDownloaded(unsent(error).reason, error) : error
}

const nameOf = (url: URL): string | undefined => {
  const last = url.pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last) || undefined
  } catch {
    return undefined
  }
}

const nameIn = (disposition: string | undefined): string | undefined =>
  /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1]?.trim()
