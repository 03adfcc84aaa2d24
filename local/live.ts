/** Live connections on one machine: the gateway, the function behind it, and the consumer that tells them. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { sqsClient } from '#core/platform/aws.ts'
import type { Log } from '#core/platform/log.ts'
import { liveConsumer } from '../functions/consumers/live.ts'
import { type LiveDeps, liveFromEnv } from '../functions/live/deps.ts'
import { liveRoutes } from '../functions/live/routes.ts'
import { consumeQueue } from './consumers.ts'
import type { Environment } from './environment.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { given, orRefuse } from './given.ts'
import type { Upgrade } from './http.ts'
import { accept, refuse } from './sockets.ts'

/** Sessions are told side by side. */
const PARALLEL = 2
export const LIVE_PATH = '/live'

export type LivePart = { deps: LiveDeps; gateway: Gateway; upgrade: Upgrade } & AsyncDisposable

export async function startLive(options: {
  environment: Environment
  queueUrl: string
  log: Log
}): Promise<LivePart> {
  await using started = new AsyncDisposableStack()
  const { environment, queueUrl, log } = options
  let deps: LiveDeps | undefined
  const gateway = await startGateway((LIVE_ENDPOINT) => {
    const env = { ...given(), ...environment, LIVE_QUEUE_URL: queueUrl, LIVE_ENDPOINT }
    deps = orRefuse(() => liveFromEnv(env))
    return liveRoutes(deps)
  }, log)
  if (!deps) throw new Error('a gateway without routes')
  const sqs = sqsClient({
    AWS_REGION: environment.AWS_REGION ?? '',
    SQS_ENDPOINT: environment.SQS_ENDPOINT,
  })
  started.use(sqs)
  started.use(gateway)
  started.use(consumeQueue({ sqs, url: queueUrl, consume: liveConsumer(deps), parallel: PARALLEL, log }))
  const all = started.move()
  return {
    deps,
    gateway,
    async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      if (all.disposed) return refuse(socket, { statusCode: 503 })
      if (pathname !== LIVE_PATH) return refuse(socket, { statusCode: 404 })
      return accept(gateway, request, socket, head)
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
