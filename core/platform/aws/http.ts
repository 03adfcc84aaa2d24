/**
 * One POST over connections that are kept, with a limit on connecting and one on the whole. It is Node's plain client
 * and not fetch, because every message takes several calls of AWS, and this one costs a third of the processor time.
 */
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'

export type Answer = { status: number; body: string }
export type PostOptions = {
  url: URL
  /** POST unless given. */
  method?: 'POST' | 'GET' | 'DELETE'
  headers: http.OutgoingHttpHeaders
  body: Buffer
  /** For the whole of it, in ms. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}
export type Post = (options: PostOptions) => Promise<Answer>

const CONNECTS_WITHIN_MS = 3_000
/** A connector holds a waiting receiver for every shard, and each needs a connection of its own. */
const CONNECTIONS = { keepAlive: true, maxSockets: 500 }

/** No answer in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/** @throws what Node throws when there is no connection, TimeoutError, and the reason of the signal */
export function openHttp(): { post: Post } & Disposable {
  const plain = new http.Agent(CONNECTIONS)
  const secure = new https.Agent(CONNECTIONS)
  return {
    post: (options) =>
      options.url.protocol === 'http:'
        ? exchange(http.request(options.url, { ...given(options), agent: plain }), options)
        : exchange(https.request(options.url, { ...given(options), agent: secure }), options),
    [Symbol.dispose]() {
      plain.destroy()
      secure.destroy()
    },
  }
}

const given = ({ method = 'POST', headers, signal }: PostOptions): http.RequestOptions => ({
  method,
  headers,
  ...(signal ? { signal } : {}),
})

function exchange(
  request: http.ClientRequest,
  { url, body, timeoutMs, signal }: PostOptions,
): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const giveUp = (what: string) => () =>
      request.destroy(new TimeoutError(`${url.host} did not ${what} in time.`))
    const whole = setTimeout(giveUp('answer'), timeoutMs)
    const connecting = setTimeout(giveUp('accept a connection'), CONNECTS_WITHIN_MS)
    const connected = () => clearTimeout(connecting)
    const failed = (error: Error) => {
      clearTimeout(whole)
      connected()
      reject(signal?.aborted ? (signal.reason as Error) : error)
    }
    request.once('socket', (socket: Socket) => {
      if (socket.connecting) socket.once('connect', connected)
      else connected()
    })
    request.once('error', failed)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', failed)
      response.once('end', () => {
        clearTimeout(whole)
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
      })
    })
    request.end(body)
  })
}
