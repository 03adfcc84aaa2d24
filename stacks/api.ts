/**
 * The HTTP API: one function behind every route, because the routes are the program's own (functions/api), except for
 * inbound webhooks, which have a small one of theirs. The gateway bounds the rate, so that a runaway client costs errors
 * and not money, and adds no CORS of its own.
 */
import type { Environments } from './environment.ts'
import { type Lambda, lambda } from './lambda.ts'
import {
  listFiles,
  lookAtCommands,
  onFiles,
  READING,
  sendCommands,
  sendTo,
  table,
  WRITING,
} from './permissions.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

/** The files of the API reference, as they lie in the archive beside the code. */
const ASSETS = 'assets'
const REFERENCE = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']

type Parts = {
  tables: Tables
  commands: Commands
  jobs: Jobs
  files: sst.aws.Bucket
  secrets: Secrets
  environment: Environments
}

export const gateway = (stage: Stage) =>
  new sst.aws.ApiGatewayV2('Http', {
    ...(stage.domain ? { domain: stage.domain } : {}),
    cors: false,
    accessLog: { retention: stage.logs },
    transform: {
      stage: {
        defaultRouteSettings: { throttlingRateLimit: stage.rate, throttlingBurstLimit: stage.rate * 2 },
      },
    },
  })

export function api(http: sst.aws.ApiGatewayV2, stage: Stage, parts: Parts): Lambda[] {
  const { tables, commands, jobs, files, secrets, environment } = parts
  const rest = lambda('Api', stage, {
    description: 'The REST API',
    handler: 'functions/api/handler.handler',
    memory: '1024 MB',
    timeout: '29 seconds',
    environment: environment.api(ASSETS),
    link: [secrets.sealed, secrets.webhooks, secrets.content, secrets.edge],
    copyFiles: REFERENCE.map((file) => ({
      from: `node_modules/swagger-ui-dist/${file}`,
      to: `${ASSETS}/${file}`,
    })),
    permissions: [
      table(tables.main, ...READING, ...WRITING, 'ConditionCheckItem'),
      table(tables.messages, ...READING, 'PutItem', 'UpdateItem'),
      table(tables.events, ...READING, 'PutItem'),
      sendCommands(commands),
      lookAtCommands(commands),
      sendTo(jobs.live.live, jobs.webhooks.live, jobs.deliveries.live),
      onFiles(files, 'GetObject', 'PutObject', 'DeleteObject'),
      listFiles(files),
    ],
  })
  const hook = lambda('Hook', stage, {
    description: 'The inbound webhook of Twilio',
    handler: 'functions/hooks/handler.handler',
    memory: '1024 MB',
    timeout: '15 seconds',
    environment: environment.hook,
    link: [secrets.sealed],
    permissions: [
      table(tables.main, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'),
      // Where no model is asked, the rules read what was just written.
      table(tables.messages, 'GetItem', 'PutItem'),
      table(tables.events, 'PutItem'),
      sendTo(jobs.orders.live, jobs.webhooks.live),
    ],
  })
  http.route('$default', rest.arn)
  http.route('ANY /twilio-webhook-opt', hook.arn)
  return [rest, hook]
}
