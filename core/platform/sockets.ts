/**
 * API Gateway's management API for WebSockets: speaks to connections that another process accepted. On one machine the
 * endpoint is a stand-in that speaks the same (local/gateway.ts).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import type { LiveConfig } from '../live/config.ts'
import type { Post } from '../live/post.ts'
import { clientSettings } from './aws-settings.ts'

/** Milliseconds; the gateway cuts a connection that reads slower before that. */
const ANSWERS_WITHIN = 10_000

export function openSockets(config: Pick<LiveConfig, 'AWS_REGION' | 'LIVE_ENDPOINT'>): Post & Disposable {
  const client = new ApiGatewayManagementApiClient(
    clientSettings(config.AWS_REGION, config.LIVE_ENDPOINT, ANSWERS_WITHIN),
  )
  const close = async (ConnectionId: string) => {
    await unlessGone(client.send(new DeleteConnectionCommand({ ConnectionId })))
  }
  return {
    close,
    async send(ConnectionId, frame) {
      const Data = JSON.stringify(frame)
      try {
        return await unlessGone(client.send(new PostToConnectionCommand({ ConnectionId, Data })))
      } catch (error) {
        // The client takes less than comes: it goes on behind its cursor.
        if (!(error instanceof LimitExceededException)) throw error
        await close(ConnectionId)
        return 'gone'
      }
    },
    isOpen: async (ConnectionId) =>
      (await unlessGone(client.send(new GetConnectionCommand({ ConnectionId })))) === 'sent',
    [Symbol.dispose]: () => client.destroy(),
  }
}

async function unlessGone(call: Promise<unknown>): Promise<'sent' | 'gone'> {
  try {
    await call
    return 'sent'
  } catch (error) {
    if (error instanceof GoneException) return 'gone'
    throw error
  }
}
