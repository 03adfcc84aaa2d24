/**
 * Live connections: a WebSocket API whose stage is called `live`, so that its address ends like the local one; one
 * function behind its routes, and one that brings listeners up to date, fed by the queue of live jobs. Made of AWS's own
 * resources, because SST's component also sets up the account's logging for every API in it.
 */
import type { Environments } from './environment.ts'
import { type Lambda, lambda } from './lambda.ts'
import { feedFrom, READING, sendCommands, sendTo, speakTo, table, WRITING } from './permissions.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

type Parts = { tables: Tables; commands: Commands; jobs: Jobs; secrets: Secrets; environment: Environments }

export type Sockets = {
  api: aws.apigatewayv2.Api
  executionArn: $util.Output<string>
  /** Where clients connect, and where functions speak to them. */
  url: $util.Output<string>
  endpoint: $util.Output<string>
}

const STAGE = 'live'
const ROUTES = { Connect: '$connect', Default: '$default', Disconnect: '$disconnect' }

export function sockets(stage: Stage): Sockets {
  const api = new aws.apigatewayv2.Api('Sockets', {
    name: `${$app.name}-${$app.stage}-live`,
    protocolType: 'WEBSOCKET',
    // Never looked at: every frame goes to `$default`.
    routeSelectionExpression: '$request.body.route',
  })
  new aws.apigatewayv2.Stage('SocketsStage', {
    apiId: api.id,
    name: STAGE,
    autoDeploy: true,
    defaultRouteSettings: { throttlingRateLimit: stage.rate, throttlingBurstLimit: stage.rate * 2 },
  })
  return {
    api,
    executionArn: $interpolate`${api.executionArn}/${STAGE}`,
    url: $interpolate`${api.apiEndpoint}/${STAGE}`,
    endpoint: api.apiEndpoint.apply((url) => `${url.replace(/^wss/, 'https')}/${STAGE}`),
  }
}

export function live(gateway: Sockets, stage: Stage, parts: Parts): Lambda[] {
  const { tables, commands, jobs, secrets, environment } = parts
  const talk = lambda('Live', stage, {
    description: 'Live connections',
    handler: 'functions/live/handler.handler',
    memory: '512 MB',
    timeout: '20 seconds',
    environment: environment.live,
    link: [secrets.webhooks, secrets.content],
    permissions: [
      table(tables.main, ...READING, ...WRITING),
      table(tables.events, 'Query'),
      sendCommands(commands),
      sendTo(jobs.live.live),
      speakTo(gateway, 'POST', 'DELETE', 'GET'),
    ],
  })
  const push = lambda('Push', stage, {
    description: 'Tells live connections',
    handler: 'functions/consumers/live-handler.handler',
    memory: '512 MB',
    timeout: '20 seconds',
    environment: environment.live,
    link: [secrets.content],
    permissions: [
      table(tables.main, ...READING, 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
      table(tables.events, 'Query'),
      feedFrom(jobs.live.live),
      sendTo(jobs.live.live),
      speakTo(gateway, 'POST', 'DELETE'),
    ],
  })
  route(gateway, talk)
  jobs.live.live.subscribe(push.arn, { batch: { size: 10, partialResponses: true } })
  return [talk, push]
}

function route({ api, executionArn }: Sockets, { arn }: Lambda): void {
  const region = aws.getRegionOutput().region
  const permission = new aws.lambda.Permission('SocketsPermission', {
    action: 'lambda:InvokeFunction',
    function: arn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: $interpolate`${executionArn}/*`,
  })
  const integration = new aws.apigatewayv2.Integration(
    'SocketsIntegration',
    {
      apiId: api.id,
      integrationType: 'AWS_PROXY',
      integrationUri: $interpolate`arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    },
    { dependsOn: [permission] },
  )
  for (const [name, routeKey] of Object.entries(ROUTES))
    new aws.apigatewayv2.Route(`SocketsRoute${name}`, {
      apiId: api.id,
      routeKey,
      authorizationType: 'NONE',
      target: $interpolate`integrations/${integration.id}`,
    })
}
