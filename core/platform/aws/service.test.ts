import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fromEnvironment, NoCredentials } from './credentials.ts'
import { openDynamo } from './dynamodb.ts'
import { AwsError, openService, type Service } from './service.ts'
import { openSqs } from './sqs.ts'

type Seen = { headers: IncomingMessage['headers']; body: Record<string, unknown> }
type Handler = (response: ServerResponse, n: number) => void

const open = new AsyncDisposableStack()
let cleanUp = open
afterEach(() => cleanUp.disposeAsync())

async function engine(handler: Handler) {
  cleanUp = new AsyncDisposableStack()
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    seen.push({ headers: request.headers, body: JSON.parse(text) as Seen['body'] })
    handler(response, seen.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const options = {
    region: 'eu-west-1',
    endpoint,
    credentials: () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }),
    timeoutMs: 20_000,
  }
  return { seen, options, service: () => openService({ ...options, name: 'dynamodb', target: 'T' }) }
}
const answer = (status: number, body: object) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
const call = (service: Service) => cleanUp.use(service).call('Do', { a: 1 })

test('a call is signed for its service and region, with the token of the session', async () => {
  const { seen, service } = await engine(answer(200, { done: true }))
  expect(await call(service())).toEqual({ done: true })
  const { headers, body } = seen[0]!
  expect(body).toEqual({ a: 1 })
  expect(headers['x-amz-target']).toBe('T.Do')
  expect(headers['x-amz-security-token']).toBe('token')
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, SignedHeaders=[\w;-]*x-amz-security-token[\w;-]*, Signature=[0-9a-f]{64}$/,
  )
  expect(JSON.stringify(seen)).not.toContain('"secret"')
})

test('what passes is tried again: 500, throttling, a cut connection', async () => {
  const { seen, service } = await engine((response, n) => {
    if (n === 1) return answer(500, {})(response)
    if (n === 2)
      return answer(400, { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' })(response)
    if (n === 3) return response.destroy()
    return answer(200, { n })(response)
  })
  expect(await call(service())).toEqual({ n: 4 })
  expect(seen).toHaveLength(4)
})

test('what does not pass is thrown at once, by its name and with its reasons', async () => {
  const { seen, service } = await engine(
    answer(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      Message: 'Transaction cancelled',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    }),
  )
  const error = await call(service()).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AwsError)
  expect(error).toMatchObject({
    name: 'TransactionCanceledException',
    message: 'Transaction cancelled',
    status: 400,
    reasons: ['None', 'ConditionalCheckFailed'],
  })
  expect(seen).toHaveLength(1)
})

test('after the last attempt the error comes out, also when the answer is no JSON', async () => {
  const { seen, service } = await engine((response) => response.writeHead(503).end('<html>no</html>'))
  await expect(call(service())).rejects.toMatchObject({ name: 'UnknownError', status: 503 })
  expect(seen).toHaveLength(4)
})

test('nobody there, and nobody who answers, are told apart', async () => {
  const { options } = await engine(() => undefined)
  const silent = cleanUp.use(
    openService({ ...options, name: 'sqs', target: 'T', timeoutMs: 50, attempts: 1 }),
  )
  await expect(silent.call('Do', {})).rejects.toMatchObject({ name: 'TimeoutError' })
  const closed = { ...options, endpoint: 'http://127.0.0.1:1', attempts: 1 }
  const away = cleanUp.use(openService({ ...closed, name: 'sqs', target: 'T' }))
  await expect(away.call('Do', {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a caller that gives up is not kept waiting, and nothing is tried again for it', async () => {
  const asked = Promise.withResolvers<void>()
  const { seen, service } = await engine(() => asked.resolve())
  const end = new AbortController()
  const called = cleanUp.use(service()).call('Do', {}, { signal: end.signal })
  await asked.promise
  end.abort(new Error('enough'))
  await expect(called).rejects.toThrow('enough')
  expect(seen).toHaveLength(1)
})

test('a transaction that is sent again carries the same token, another one another', async () => {
  const { seen, options } = await engine((response, n) => answer(n === 1 ? 500 : 200, {})(response))
  const dynamo = cleanUp.use(openDynamo(options))
  await dynamo.call('TransactWriteItems', { TransactItems: [] })
  await dynamo.call('TransactWriteItems', { TransactItems: [] })
  const tokens = seen.map(({ body }) => body.ClientRequestToken)
  expect(tokens[0]).toBe(tokens[1])
  expect(tokens[2]).not.toBe(tokens[0])
})

test('a queue is called where its URL says when no endpoint is given', async () => {
  const { seen, options } = await engine(answer(200, {}))
  const { endpoint, ...elsewhere } = options
  const sqs = cleanUp.use(openSqs(elsewhere))
  await sqs.call('DeleteMessageBatch', { QueueUrl: `${endpoint}/1/jobs`, Entries: [] })
  expect(seen[0]?.headers['x-amz-target']).toBe('AmazonSQS.DeleteMessageBatch')
})

test('without credentials a call says which are missing, unless an engine of our own is called', async () => {
  const before = { ...process.env }
  delete process.env.AWS_ACCESS_KEY_ID
  try {
    expect(() => fromEnvironment(undefined)()).toThrow(NoCredentials)
    expect(fromEnvironment('http://localhost')()).toEqual({ accessKeyId: 'local', secretAccessKey: 'local' })
  } finally {
    Object.assign(process.env, before)
  }
})
