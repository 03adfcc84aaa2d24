/**
 * Stands between a part and the engines that stand in for AWS, and allows what the part's role would allow, refusing as
 * AWS refuses. What was refused and what was used is written down, so that a test can say that a role has enough, and
 * nothing that is idle. It can also be AWS on a bad day.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Statement } from '../rules/view.ts'
import {
  allows,
  type Body,
  fileNeeds,
  type Need,
  queueIn,
  queueNeeds,
  socketNeeds,
  tableNeeds,
} from './needs.ts'

type Engines = {
  database: string
  queues: string
  files: string
  /** The management API of the WebSocket API, and how that is called. */
  sockets: { endpoint: string; api: string }
  queueUrl(name: string): string
}
export type Guard = Awaited<ReturnType<typeof startGuard>>

/** @param engines where requests go that are allowed; queues are known there under URLs of the engine's own */
export async function startGuard(statements: Statement[], engines: Engines) {
  const refused = new Set<string>()
  const used: Need[] = []
  /** Actions that AWS does not answer at the moment. */
  const down = new Set<string>()
  /** `action on resource`: performed and not answered, once each. */
  const silent = new Set<string>()

  const mayPass = (needs: Need[], response: ServerResponse): boolean => {
    const denied = needs.filter((need) => !statements.some((statement) => allows(statement, need)))
    for (const need of denied) refused.add(textOf(need))
    if (denied[0]) deny(response, denied[0])
    else if (needs.some(({ action }) => down.has(action))) response.writeHead(503).end()
    else return true
    return false
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(request)
    if (request.url?.includes('/@connections/')) return answerSocket(request, response, bytes)
    if (!request.headers['x-amz-target']) return answerFile(request, response, bytes)
    const [service, operation] = String(request.headers['x-amz-target']).split('.') as [string, string]
    const body = JSON.parse(bytes.toString() || '{}') as Body
    const isQueue = service.startsWith('AmazonSQS')
    const needs = isQueue ? queueNeeds(operation, body) : tableNeeds(operation, body)
    if (!mayPass(needs, response)) return
    used.push(...needs.filter((need) => !used.some((one) => textOf(one) === textOf(need))))
    const reply = await forward(
      request,
      isQueue ? { ...body, QueueUrl: engines.queueUrl(queueIn(body)) } : body,
    )
    if (reply.status === 200 && needs.some((need) => silent.delete(textOf(need)))) request.socket.destroy()
    else {
      response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(reply.body)
    }
  }

  async function answerSocket(
    { method = '', url = '' }: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
  ) {
    const needs = socketNeeds(method, url, engines.sockets.api)
    if (!mayPass(needs, response)) return
    used.push(...needs)
    const said = method === 'POST' ? { body: new Uint8Array(bytes) } : {}
    const reply = await fetch(engines.sockets.endpoint + url, { method, ...said })
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(await reply.text())
  }

  async function answerFile(
    { method = '', url = '', headers }: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
  ) {
    const needs = fileNeeds(method, url)
    if (!mayPass(needs, response)) return
    used.push(...needs)
    const { 'content-type': type = 'application/octet-stream', authorization = '' } = headers
    const sent = method === 'PUT' ? { body: new Uint8Array(bytes) } : {}
    const reply = await fetch(engines.files + url, {
      method,
      headers: { 'content-type': type, authorization },
      ...sent,
    })
    if (reply.status === 404 && !mayKnow(url, response)) return
    response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? type })
    response.end(Buffer.from(await reply.arrayBuffer()))
  }

  /** That a file is not there, S3 tells those alone who may list. */
  function mayKnow(url: string, response: ServerResponse): boolean {
    const [, bucket = ''] = url.split('/')
    const needs = fileNeeds('GET', `/${bucket}`)
    if (!mayPass(needs, response)) return false
    used.push(...needs)
    return true
  }

  async function forward(request: IncomingMessage, body: Body): Promise<{ status: number; body: Buffer }> {
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers
    const reply = await fetch('QueueUrl' in body ? engines.queues : engines.database, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify(body),
    })
    return { status: reply.status, body: Buffer.from(await reply.arrayBuffer()) }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ __type: 'InternalFailure', message: String(error) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const grants = statements.flatMap((statement) => statement.Action.map((action) => ({ statement, action })))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    down,
    silent,
    /** Everything that it may do, as `action on the first of the resources`. */
    grants: grants.map(({ statement, action }) => textOf({ action, resource: statement.Resource[0] ?? '' })),
    /** What of that it has not done so far. Writing the log is done by Lambda and ECS. */
    idle: (): string[] =>
      grants
        .filter(({ action }) => !action.startsWith('logs:'))
        .filter(
          ({ statement, action }) => !used.some((need) => need.action === action && allows(statement, need)),
        )
        .map(({ statement, action }) => textOf({ action, resource: statement.Resource[0] ?? '' })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const textOf = ({ action, resource }: Need): string => `${action} on ${resource}`

function deny(response: ServerResponse, need: Need): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(
    JSON.stringify({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      message: `User is not authorized to perform: ${need.action} on resource: ${need.resource}`,
    }),
  )
}
