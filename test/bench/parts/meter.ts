/**
 * Counts what the system asks of DynamoDB and SQS: a proxy in front of an engine that reads the operation of every
 * call and the units that it consumed. It stands between all parts and the engine, so that nothing is forgotten.
 */
import { Agent, createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Call = {
  /** When it was answered, by performance.now(). */
  at: number
  service: 'DynamoDB' | 'SQS'
  operation: string
  /** Table or queue; with the index that was asked, or the kind of its partition. */
  target: string
  writeUnits: number
  readUnits: number
  /** A receive that waited in vain. */
  empty: boolean
  /** Items written or read, messages carried. */
  items: number
}

export type Meter = {
  endpoint: string
  /** Everything that was answered since the last time. */
  take(): Call[]
} & AsyncDisposable

type Json = Record<string, unknown>

/** Forwards everything to `upstream` and keeps what it saw. */
export async function startMeter(upstream: string): Promise<Meter> {
  const agent = new Agent({ keepAlive: true })
  let calls: Call[] = []
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const [service, operation] = targetOf(incoming.headers)
    const asked = service ? (JSON.parse(Buffer.concat(chunks).toString() || '{}') as Json) : {}
    const body =
      service === 'DynamoDB' && COUNTED.has(operation)
        ? Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' }))
        : Buffer.concat(chunks)
    const headers = { ...incoming.headers, 'content-length': String(body.length) }
    const forwarded = request(
      new URL(incoming.url ?? '/', upstream),
      { method: incoming.method, headers, agent },
      async (answer) => {
        const parts: Buffer[] = []
        for await (const part of answer) parts.push(part as Buffer)
        const whole = Buffer.concat(parts)
        if (service)
          calls.push(callOf(service, operation, asked, JSON.parse(whole.toString() || '{}') as Json))
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        outgoing.end(whole)
      },
    )
    forwarded.once('error', () => outgoing.destroy())
    outgoing.once('close', () => forwarded.destroy())
    forwarded.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => calls.splice(0),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      calls = []
    },
  }
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems'])
const COUNTED = new Set([
  ...READS,
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
])

function targetOf(headers: IncomingHttpHeaders): [Call['service'] | undefined, string] {
  const [api = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.')
  if (api.startsWith('DynamoDB')) return ['DynamoDB', operation]
  return [api === 'AmazonSQS' ? 'SQS' : undefined, operation]
}

function callOf(service: Call['service'], operation: string, asked: Json, answer: Json): Call {
  const capacity = [answer.ConsumedCapacity ?? []].flat() as { CapacityUnits?: number }[]
  const units = capacity.reduce((total, entry) => total + (entry.CapacityUnits ?? 0), 0)
  const isRead = READS.has(operation)
  return {
    at: performance.now(),
    service,
    operation,
    target: service === 'SQS' ? queueOf(asked) : tablesOf(asked),
    writeUnits: isRead ? 0 : units,
    readUnits: isRead ? units : 0,
    empty: operation === 'ReceiveMessage' && !(answer.Messages as unknown[] | undefined)?.length,
    items: itemsOf(asked, answer),
  }
}

/** `…/linekeeper-commands-7.fifo` is `commands`. */
const queueOf = ({ QueueUrl = '' }: { QueueUrl?: string }): string =>
  QueueUrl.replace(/^.*\//, '').match(/[a-z]+(?=-\d|$|\.)/)?.[0] ?? 'queues'

/** The tables of a call, and of a query the index and the kind of partition, such as `main/shard intent#`. */
function tablesOf(asked: Json): string {
  const writes = (asked.TransactItems ?? []) as Record<string, { TableName?: string }>[]
  const tables = [
    ...[asked.TableName ?? []].flat(),
    ...Object.keys((asked.RequestItems as Json | undefined) ?? {}),
    ...writes.flatMap((write) => Object.values(write).map(({ TableName }) => TableName)),
  ].map((name) => String(name).replace(/^.*-/, ''))
  const names = [...new Set(tables)].sort().join('+')
  return `${names}${asked.IndexName ? `/${asked.IndexName}` : ''}${kindOf(asked)}`
}

/** The constant part of the partition that a call names, so that background work can be told apart. */
function kindOf(asked: Json): string {
  const key = (asked.Key ?? asked.Item) as { pk?: { S?: string } } | undefined
  const values = Object.values((asked.ExpressionAttributeValues ?? {}) as Record<string, { S?: string }>)
  const partition = key?.pk?.S ?? (asked.KeyConditionExpression ? values[0]?.S : undefined)
  const kind = partition?.match(/^[A-Z]{3,}/)?.[0]
  return kind ? ` ${kind}` : ''
}

const itemsOf = (asked: Json, answer: Json): number =>
  [asked.TransactItems ?? asked.Entries ?? answer.Items ?? answer.Messages ?? 1].flat().length
