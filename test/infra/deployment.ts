/**
 * A whole deployment on this machine, made of what would be deployed: the archives of the functions, the files of the
 * connector's image, the tables and queues of the stack under their names, every part with its role and its environment.
 * Only WhatsApp is the sandbox, and the engines are embedded.
 */
import { randomUUID } from 'node:crypto'
import * as Accounts from '#core/account.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import type { TableName } from '#core/tables.ts'
import { choosePort } from '../../local/port.ts'
import { sandbox } from '../../sandbox/index.ts'
import { startCloud } from './deployed/cloud.ts'
import { startContainer } from './deployed/container.ts'
import { httpRequest } from './deployed/events.ts'
import type { Guard } from './deployed/guard.ts'
import { startLambda } from './deployed/lambda.ts'
import type { Built } from './image/steps.ts'
import { viewOf } from './rules/view.ts'
import { evaluated } from './variants.ts'

export type Deployment = Awaited<ReturnType<typeof deploy>>
type Answer = { statusCode: number; headers: Record<string, string>; body: string; isBase64Encoded: boolean }

export async function deploy(image: Built) {
  await using stack = new AsyncDisposableStack()
  const view = viewOf(evaluated('against a simulator'))
  const box = stack.use(await sandbox({ receiptDelayMs: 20 }))
  const cloud = stack.use(await startCloud(view))
  const guards: Record<string, Guard> = {}
  const part = async (name: string) => {
    const { environment, guard } = await cloud.part(name)
    guards[name] = guard
    return environment
  }
  const lambda = async (component: string) =>
    stack.use(await startLambda(view, component, await part(`${component}Function`)))
  const functions = { api: await lambda('Api'), sweep: await lambda('Sweep') }
  const settings = {
    ...(await part('Connector')),
    WHATSAPP_URL: box.wsUrl,
    WHATSAPP_ROOT_KEY: box.rootKey,
    HEALTH_PORT: `${await choosePort(0, 'HEALTH_PORT')}`,
  }
  const connector = stack.use(startContainer(image, settings))
  const { tables } = view.evaluation.outputs as { tables: Record<TableName, string> }
  const store = openStore(cloud.database, tables, systemClock)
  const token = randomUUID()
  await Accounts.ensure(store, { id: 'acme', plan: 'enterprise' }, token)
  const resources = stack.move()

  return {
    ...functions,
    connector,
    cloud,
    guards,
    store,
    token,
    phones: box.control,

    /** A request as API Gateway hands it over. */
    async call(request: Parameters<typeof httpRequest>[0]) {
      const json = request.body === undefined ? {} : { 'content-type': 'application/json' }
      const headers = { authorization: `Bearer ${token}`, ...json, ...request.headers }
      const { result, error } = await functions.api.invoke(httpRequest({ ...request, headers }))
      if (error) throw new Error(`${error.name}: ${error.message}`)
      const { statusCode, body, isBase64Encoded } = result as Answer
      const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body
      return { status: statusCode, text, json: () => JSON.parse(text) }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
