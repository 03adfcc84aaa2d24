/**
 * API Gateway's management API for WebSockets: speaks to connections that another process accepted. On one machine the
 * endpoint is a stand-in that speaks the same (local/gateway.ts).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
import { setTimeout as pause } from 'node:timers/promises'
import aws4 from 'aws4'
import type { LiveConfig } from '../live/config.ts'
import type { Post } from '../live/post.ts'
import { type CredentialSource, fromEnvironment } from './aws/credentials.ts'
import { openHttp } from './aws/http.ts'
import { AwsError } from './aws/service.ts'

/** Milliseconds; the gateway cuts a connection that reads slower before that. */
const ANSWERS_WITHIN = 10_000
const ATTEMPTS = 3
const PAUSE_MS = 100
const [GONE, TOO_MUCH] = [410, 429]

type Method = 'POST' | 'DELETE' | 'GET'

/** @param credentials those of the environment, unless the endpoint is not AWS */
export function openSockets(
  { AWS_REGION: region, LIVE_ENDPOINT }: Pick<LiveConfig, 'AWS_REGION' | 'LIVE_ENDPOINT'>,
  credentials: CredentialSource = fromEnvironment(
    LIVE_ENDPOINT.includes('.amazonaws.com') ? undefined : LIVE_ENDPOINT,
  ),
): Post & Disposable {
  const http = openHttp()

  const attempt = async (method: Method, connectionId: string, body: string): Promise<number> => {
    const url = new URL(`${LIVE_ENDPOINT}/@connections/${encodeURIComponent(connectionId)}`)
    const request = { service: 'execute-api', region, method, host: url.host, path: url.pathname, body }
    const { headers = {} } = aws4.sign(
      { ...request, headers: { 'Content-Type': 'application/json' } },
      await credentials(),
    )
    const sent = { url, method, headers, body: Buffer.from(body), timeoutMs: ANSWERS_WITHIN }
    return (await http.post(sent)).status
  }

  /** @throws AwsError when it was refused, or what a broken connection throws */
  const ask = async (method: Method, connectionId: string, body = ''): Promise<number> => {
    for (let tried = 1; ; tried++) {
      const status = await attempt(method, connectionId, body)
      if (status < 300 || status === GONE || status === TOO_MUCH) return status
      if (tried === ATTEMPTS || status < 500)
        throw new AwsError('ManageConnections', `HTTP status ${status}`, status)
      await pause(Math.random() * PAUSE_MS * 2 ** tried)
    }
  }

  const close = async (connectionId: string) => void (await ask('DELETE', connectionId))
  return {
    close,
    async send(connectionId, frame) {
      const status = await ask('POST', connectionId, JSON.stringify(frame))
      // The client takes less than comes: it goes on behind its cursor.
      if (status === TOO_MUCH) await close(connectionId)
      return status < 300 ? 'sent' : 'gone'
    },
    isOpen: async (connectionId) => (await ask('GET', connectionId)) < 300,
    [Symbol.dispose]: () => http[Symbol.dispose](),
  }
}
