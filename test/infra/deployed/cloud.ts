/**
 * The account that a deployment would find itself in, as far as our code sees it: the tables and queues of an
 * evaluation, under their own names, in the embedded engines, each part behind a guard with its own role.
 */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { startDynoxide } from '../../../local/dynoxide.ts'
import { startEmbeddedQueues } from '../../../local/queues.ts'
import type { Inputs } from '../evaluate/evaluation.ts'
import { ACCOUNT, REGION } from '../evaluate/mocks.ts'
import { partsOf } from '../rules/configuration.ts'
import type { View } from '../rules/view.ts'
import { type Guard, startGuard } from './guard.ts'
import type { Lambda } from './lambda.ts'
import { startMapping } from './mapping.ts'

const CREDENTIALS = { accessKeyId: 'AKIAMOCK', secretAccessKey: 'mock' }
export type Cloud = Awaited<ReturnType<typeof startCloud>>

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9'

/**
 * @param elsewhere addresses outside of AWS that are somewhere else here
 * @param sockets where the management API of the WebSocket API is
 */
export async function startCloud(
  view: View,
  elsewhere: Record<string, string> = {},
  sockets: string = NOWHERE,
) {
  await using stack = new AsyncDisposableStack()
  const engine = await startDynoxide({})
  stack.defer(() => engine.close())
  const queues = stack.use(await startEmbeddedQueues())
  const database = new DynamoDBClient({ region: REGION, endpoint: engine.endpoint, credentials: CREDENTIALS })
  const sqs = new SQSClient({ region: REGION, endpoint: queues.endpoint, credentials: CREDENTIALS })
  stack.defer(() => {
    database.destroy()
    sqs.destroy()
  })
  for (const { inputs } of view.tables) await createTable(database, inputs)
  const urls = new Map<string, string>()
  // Dead-letter queues first: the others name them.
  const inOrder = view.queues.toSorted(
    (one, other) => Number(Boolean(one.inputs.redrivePolicy)) - Number(Boolean(other.inputs.redrivePolicy)),
  )
  for (const { inputs } of inOrder) urls.set(String(inputs.name), await createQueue(sqs, inputs))
  for (const { inputs } of view.all('aws:s3/bucket:Bucket'))
    await fetch(`${queues.endpoint}/${inputs.bucket}`, {
      method: 'PUT',
      headers: { authorization: 'AWS4-HMAC-SHA256' },
    })
  const { live } = view.evaluation.outputs as { live: string }
  const management = new URL(live.replace(/^wss/, 'https'))
  const engines = {
    sockets: { endpoint: sockets, api: `${view.prefix}live` },
    database: engine.endpoint,
    queues: queues.endpoint,
    files: queues.endpoint,
    queueUrl(name: string) {
      const url = urls.get(name)
      if (!url) throw new Error(`there is no queue ${name}`)
      return url
    },
  }
  const resources = stack.move()

  return {
    endpoint: engine.endpoint,
    database,
    sqs,
    queueUrl: engines.queueUrl,

    /** The environment that the stack gives a part, led to the engines instead of AWS, and the guard on the way. */
    async part(name: string): Promise<{ environment: Record<string, string>; guard: Guard }> {
      const role = view.roles.find((one) => one.name === roleOf(name))
      const part = partsOf(view).find((one) => one.name === name)
      if (!role || !part) throw new Error(`nothing called ${name} would be deployed`)
      const guard = resources.use(await startGuard(role.statements, engines))
      const moved = {
        ...elsewhere,
        [`https://sqs.${REGION}.amazonaws.com`]: guard.url,
        [management.href]: guard.url + management.pathname,
      }
      const led = Object.entries(part.environment).map(([key, value]) => [
        key,
        Object.entries(moved).reduce((text, [from, to]) => text.replace(from, to), value),
      ])
      return {
        guard,
        environment: {
          ...Object.fromEntries(led),
          DYNAMODB_ENDPOINT: guard.url,
          SQS_ENDPOINT: guard.url,
          S3_ENDPOINT: guard.url,
          AWS_REGION: REGION,
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        },
      }
    },
    /** Feeds a function from the queues that it is subscribed to, as Lambda does, allowed what its role allows. */
    async feed(component: string, lambda: Lambda, guard: Guard): Promise<void> {
      const { inputs } = view.one('aws:lambda/function:Function', `${component}Function`)
      for (const mapping of view.mappings) {
        if (!String(mapping.functionName).endsWith(`:${inputs.name}`)) continue
        const queue = String(mapping.eventSourceArn).slice(
          String(mapping.eventSourceArn).lastIndexOf(':') + 1,
        )
        resources.use(await startMapping(guard.url, queue, Number(mapping.batchSize), lambda))
      }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

const roleOf = (part: string): string =>
  part.endsWith('Function') ? part.replace(/Function$/, 'Role') : `${part}TaskRole`

type Attribute = { name: string; type: 'S' }
type Index = { name: string; hashKey: string; rangeKey: string }
const keySchema = (hash: unknown, range: unknown) => [
  { AttributeName: String(hash), KeyType: 'HASH' as const },
  { AttributeName: String(range), KeyType: 'RANGE' as const },
]

/** From what Pulumi would be given, and from nothing else. */
async function createTable(client: DynamoDBClient, inputs: Inputs): Promise<void> {
  const indexes = (inputs.globalSecondaryIndexes ?? []) as Index[]
  await client.send(
    new CreateTableCommand({
      TableName: String(inputs.name),
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(inputs.hashKey, inputs.rangeKey),
      AttributeDefinitions: (inputs.attributes as Attribute[]).map(({ name, type }) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      ...(indexes.length > 0
        ? {
            GlobalSecondaryIndexes: indexes.map(({ name, hashKey, rangeKey }) => ({
              IndexName: name,
              KeySchema: keySchema(hashKey, rangeKey),
              Projection: { ProjectionType: 'ALL' as const },
            })),
          }
        : {}),
    }),
  )
}

async function createQueue(client: SQSClient, inputs: Inputs): Promise<string> {
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({
      QueueName: String(inputs.name),
      Attributes: {
        VisibilityTimeout: String(inputs.visibilityTimeoutSeconds),
        ...(inputs.fifoQueue ? { FifoQueue: 'true' } : {}),
        ...(inputs.redrivePolicy
          ? { RedrivePolicy: String(inputs.redrivePolicy).replaceAll(`:${ACCOUNT}:`, ':000000000000:') }
          : {}),
      },
    }),
  )
  if (!QueueUrl) throw new Error(`the queue ${inputs.name} was not created`)
  return QueueUrl
}
