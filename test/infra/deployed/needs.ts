/** What AWS would ask IAM about a request: the actions that it is, and the resources that it is about. */
import { ACCOUNT, REGION } from '../evaluate/mocks.ts'
import type { Statement } from '../rules/view.ts'

export type Need = { action: string; resource: string }
export type Body = Record<string, unknown>

/** As IAM has it: `*` is any rest, `?` any one character. */
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

/** A transaction is as many permissions as it has items, and none of its own. */
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

export const queueIn = ({ QueueUrl }: Body): string =>
  String(QueueUrl).slice(String(QueueUrl).lastIndexOf('/') + 1)

/** `/<stage>/@connections/<id>` of the one WebSocket API. */
export const socketNeeds = (method: string, path: string, api: string): Need[] => [
  {
    action: 'execute-api:ManageConnections',
    resource: `arn:aws:execute-api:${REGION}:${ACCOUNT}:${api}${path.replace(/^(\/[^/]+)/, `$1/${method}`)}`,
  },
]

const ON_FILES: Record<string, string> = { GET: 'GetObject', PUT: 'PutObject', DELETE: 'DeleteObject' }

/** `/<bucket>/<key>`; without a key it is asked what there is. */
export function fileNeeds(method: string, path: string): Need[] {
  const [, bucket = '', key = ''] = /^\/([^/?]+)\/?([^?]*)/.exec(path) ?? []
  const arn = `arn:aws:s3:::${bucket}`
  return [
    key
      ? { action: `s3:${ON_FILES[method] ?? method}`, resource: `${arn}/${decodeURIComponent(key)}` }
      : { action: 's3:ListBucket', resource: arn },
  ]
}

/** SQS knows no permissions for batches. */
export const queueNeeds = (operation: string, body: Body): Need[] => [
  {
    action: `sqs:${operation.replace(/Batch$/, '')}`,
    resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${queueIn(body)}`,
  },
]
