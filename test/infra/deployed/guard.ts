/**
 * Stands between a part and the engines that stand in for AWS, and allows what the part's role would allow: every
 * request is turned into the actions and resources that IAM would look at, and refused as AWS refuses it. What was
 * refused and what was used is written down, so that a test can say that a role has enough, and nothing that is idle.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ACCOUNT, REGION } from '../evaluate/mocks.ts'
import type { Statement } from '../rules/view.ts'

export type Need = { action: string; resource: string }
export type Guard = Awaited<ReturnType<typeof startGuard>>
type Body = Record<string, unknown>

/** @param engines where requests go that are allowed; queues are known there under URLs of the engine's own */
export async function startGuard(
  statements: Statement[],
  engines: { database: string; queues: string; queueUrl(name: string): string },
) {
  const refused = new Set<string>()
  const used: Need[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ __type: 'InternalFailure', message: String(error) }))
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(request)
    const [service, operation] = String(request.headers['x-amz-target']).split('.') as [string, string]
    const body = JSON.parse(bytes.toString() || '{}') as Body
    const isQueue = service.startsWith('AmazonSQS')
    const needs = isQueue ? queueNeeds(operation, body) : tableNeeds(operation, body)
    const denied = needs.filter((need) => !statements.some((statement) => allows(statement, need)))
    for (const { action, resource } of denied) refused.add(`${action} on ${resource}`)
    if (denied[0]) return deny(response, denied[0])
    for (const need of needs) if (!used.some((one) => isSame(one, need))) used.push(need)
    const forwarded = isQueue ? { ...body, QueueUrl: engines.queueUrl(nameIn(body)) } : body
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers
    const reply = await fetch(isQueue ? engines.queues : engines.database, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify(forwarded),
    })
    response.writeHead(reply.status, {
      'content-type': reply.headers.get('content-type') ?? 'application/json',
    })
    response.end(Buffer.from(await reply.arrayBuffer()))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    /** What it may do and has not done so far, by action and resource. */
    idle: (): string[] =>
      statements.flatMap((statement) =>
        statement.Action.flatMap((action) => {
          const tried = used.some((need) => need.action === action && allows(statement, need))
          return tried || !/^(dynamodb|sqs):/.test(action) ? [] : [`${action} on ${statement.Resource[0]}`]
        }),
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const isSame = (one: Need, other: Need): boolean =>
  one.action === other.action && one.resource === other.resource

function deny(response: ServerResponse, { action, resource }: Need): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(
    JSON.stringify({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      message: `User is not authorized to perform: ${action} on resource: ${resource}`,
    }),
  )
}

/** An ARN pattern of IAM: `*` is any rest, `?` any one character. */
export function allows({ Effect, Action, Resource }: Statement, { action, resource }: Need): boolean {
  const matches = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(resource)
  return Effect === 'Allow' && Action.includes(action) && Resource.some(matches)
}

const tableArn = (name: unknown): string => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`
const IN_TRANSACTION: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}

/** What DynamoDB asks IAM for: a transaction is as many permissions as it has items, and none of its own. */
export function tableNeeds(operation: string, body: Body): Need[] {
  const need = (action: string, table: unknown) => ({
    action: `dynamodb:${action}`,
    resource: tableArn(table),
  })
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems')
    return (body.TransactItems as Record<string, { TableName: string }>[]).flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => need(IN_TRANSACTION[kind] ?? kind, TableName)),
    )
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem')
    return Object.keys(body.RequestItems as Body).map((table) => need(operation, table))
  const table = need(operation, body.TableName)
  return body.IndexName ? [{ ...table, resource: `${table.resource}/index/${body.IndexName}` }] : [table]
}

const nameIn = ({ QueueUrl }: Body): string => String(QueueUrl).slice(String(QueueUrl).lastIndexOf('/') + 1)

/** SQS knows no permissions for batches. */
export const queueNeeds = (operation: string, body: Body): Need[] => [
  {
    action: `sqs:${operation.replace(/Batch$/, '')}`,
    resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${nameIn(body)}`,
  },
]
