/**
 * Live connections as API Gateway hands them over: one function behind the three routes of a WebSocket API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
 */
import type { LiveDeps } from './deps.ts'
import { type Answer, connect, disconnect } from './gate.ts'
import { talk } from './talk.ts'

export type SocketEvent = {
  requestContext: {
    routeKey: string
    connectionId: string
    identity?: { sourceIp: string } | undefined
  }
  headers?: Record<string, string | undefined>
  body?: string | null
  isBase64Encoded?: boolean
}
export type Routes = (event: SocketEvent) => Promise<Answer>

export const liveRoutes =
  (deps: LiveDeps): Routes =>
  async ({ requestContext: { routeKey, connectionId, identity }, headers, body, isBase64Encoded }) => {
    if (routeKey === '$connect') return connect(deps, connectionId, headers, identity?.sourceIp)
    if (routeKey === '$disconnect') return disconnect(deps, connectionId)
    const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '')
    await talk(deps, connectionId, text)
    return { statusCode: 200 }
  }
