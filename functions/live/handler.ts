/** Live connections on Lambda, behind API Gateway (WebSocket API). */
import { liveFromEnv } from './deps.ts'
import { liveRoutes } from './routes.ts'

export const handler = liveRoutes(liveFromEnv(process.env))
