/**
 * A whole deployment on this machine, made of what would be deployed: the archives of the functions, the files of the
 * connector's image, the tables and queues of the stack under their names, every part with its role and its environment.
 * The engines are embedded, and WhatsApp, Twilio and the model are simulators.
 */
import { randomUUID } from 'node:crypto'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import * as Accounts from '#core/account.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import * as Sessions from '#core/sessions/index.ts'
import type { TableName } from '#core/tables.ts'
import { choosePort } from '../../local/port.ts'
import { sandbox } from '../../sandbox/index.ts'
import { fakeModel } from '../support/twilio-model.ts'
import { fakeTwilio } from '../support/twilio-rest.ts'
import { startCloud } from './deployed/cloud.ts'
import { startContainer } from './deployed/container.ts'
import { httpRequest } from './deployed/events.ts'
import type { Guard } from './deployed/guard.ts'
import { type Lambda, startLambda } from './deployed/lambda.ts'
import { startSockets } from './deployed/sockets.ts'
import type { Built } from './image/steps.ts'
import { viewOf } from './rules/view.ts'
import { evaluated } from './variants.ts'

export type Deployment = Awaited<ReturnType<typeof deploy>>
type Request = Parameters<typeof httpRequest>[0]
type Answer = { statusCode: number; headers: Record<string, string>; body: string; isBase64Encoded: boolean }

export const FUNCTIONS = [
  'Api',
  'Hook',
  'Live',
  'Push',
  'Feed',
  'Orders',
  'Sweep',
  'Tend',
  'FanOut',
  'Deliveries',
  'Rouse',
] as const
type Component = (typeof FUNCTIONS)[number]
type Functions = Record<Component, Lambda>

export async function deploy(image: Built) {
  await using stack = new AsyncDisposableStack()
  const view = viewOf(evaluated('against simulators'))
  const box = stack.use(await sandbox({ receiptDelayMs: 20 }))
  const model = stack.use(await fakeModel())
  const twilio = stack.use(await fakeTwilio())
  const sockets = stack.use(await startSockets((event) => functions.Live.invoke(event)))
  const cloud = stack.use(
    await startCloud(
      view,
      {
        'https://model.invalid/v1': model.url,
        'https://twilio.invalid': twilio.url,
        'wss://whatsapp.invalid/ws/chat': box.wsUrl,
      },
      sockets.endpoint,
    ),
  )
  const { tables, url } = view.evaluation.outputs as { tables: Record<TableName, string>; url: string }
  const dynamo = stack.use(dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: cloud.endpoint }))
  const store = openStore(dynamo, tables, systemClock)
  const token = randomUUID()
  await Accounts.ensure(store, { id: 'acme', plan: 'enterprise' }, token)

  const guards: Record<string, Guard> = {}
  const part = async (name: string) => {
    const { environment, guard } = await cloud.part(name)
    guards[name] = guard
    return environment
  }
  const start = async (component: Component) => {
    const lambda = stack.use(await startLambda(view, component, await part(`${component}Function`)))
    await cloud.feed(component, lambda, guards[`${component}Function`]!)
    return [component, lambda] as const
  }
  const functions: Functions = Object.fromEntries(await Promise.all(FUNCTIONS.map(start))) as Functions
  const settings: Record<string, string> = {
    ...(await part('Connector')),
    WHATSAPP_ROOT_KEY: box.rootKey,
    HEALTH_PORT: `${await choosePort(0, 'HEALTH_PORT')}`,
  }
  const connector = stack.use(startContainer(image, settings))
  const resources = stack.move()

  const request = async (component: Component, asked: Request) => {
    const { result, error } = await functions[component].invoke(httpRequest(asked))
    if (error) throw new Error(`${error.name}: ${error.message}`)
    const { statusCode, headers, body, isBase64Encoded } = result as Answer
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body
    return { status: statusCode, headers, text, json: () => JSON.parse(text) }
  }
  return {
    functions,
    connector,
    guards,
    store,
    database: cloud.database,
    /** What callers use. */
    origin: url,
    tables,
    token,
    masterKey: settings.MASTER_KEY,
    phones: box.control,
    /** Where live connections are opened. */
    live: sockets.url,
    model,
    twilio,

    /** A request to the API as API Gateway hands it over; a body that is bytes travels in base64. */
    call(asked: Request) {
      const json = asked.body === undefined ? {} : { 'content-type': 'application/json' }
      return request('Api', {
        ...asked,
        headers: { authorization: `Bearer ${token}`, ...json, ...asked.headers },
      })
    },
    /** What lies in any table and is so. */
    async everyItem(isSo: (item: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
      const doc = DynamoDBDocumentClient.from(cloud.database)
      const pages = await Promise.all(
        Object.values(tables).map((TableName) => doc.send(new ScanCommand({ TableName }))),
      )
      return pages.flatMap(({ Items = [] }) => Items).filter(isSo)
    },

    /** Puts something into the command queue of a session. */
    async command(sessionId: string, body: string) {
      const { shard } = (await Sessions.find(store, sessionId)) ?? {}
      await cloud.sqs.send(
        new SendMessageCommand({
          QueueUrl: cloud.queueUrl(`linekeeper-trial-commands-${shard}.fifo`),
          MessageBody: body,
          MessageGroupId: sessionId,
          MessageDeduplicationId: randomUUID(),
        }),
      )
    },
    hook: (asked: Request) => request('Hook', asked),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
