/**
 * The HTTP API: one function behind every route, because the routes are the program's own (functions/api). The gateway
 * bounds the rate, so that a runaway client costs errors and not money, and adds no CORS of its own.
 */
import { apiEnvironment, type PlatformEnvironment } from './environment'
import { lambda } from './lambda'
import { lookAt, sendTo, table } from './permissions'
import type { Commands } from './queues'
import type { Stage } from './stage'
import type { Tables } from './storage'

/** The files of the API reference, as they lie in the archive beside the code. */
const ASSETS = 'assets'
const REFERENCE = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']

export function api(stage: Stage, tables: Tables, commands: Commands, platform: PlatformEnvironment) {
  const http = new sst.aws.ApiGatewayV2('Http', {
    ...(stage.domain ? { domain: stage.domain } : {}),
    cors: false,
    accessLog: { retention: stage.logs },
    transform: {
      stage: {
        defaultRouteSettings: { throttlingRateLimit: stage.rate, throttlingBurstLimit: stage.rate * 2 },
      },
    },
  })
  const handler = lambda('Api', stage, {
    description: 'The REST API',
    handler: 'functions/api/handler.handler',
    memory: '1024 MB',
    timeout: '29 seconds',
    environment: apiEnvironment(platform, http.url, ASSETS),
    copyFiles: REFERENCE.map((file) => ({
      from: `node_modules/swagger-ui-dist/${file}`,
      to: `${ASSETS}/${file}`,
    })),
    permissions: [
      table(tables.main, 'read', 'query', 'write', 'remove'),
      table(tables.messages, 'read', 'query', 'write'),
      table(tables.events, 'query', 'write'),
      sendTo(commands),
      lookAt(commands),
    ],
  })
  http.route('$default', handler.arn)
  return { http, handler }
}
