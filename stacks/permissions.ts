/**
 * What a role may do, in the words of the code: read, write, remove, ask an index. A role gets what its code calls and
 * nothing else; the tests run the code against these very statements (test/infra/guard.ts).
 */
export type Statement = { actions: string[]; resources: $util.Input<string>[] }

import type { Commands } from './queues'

type Use = 'read' | 'query' | 'write' | 'remove'

const ACTIONS: Record<Use, string[]> = {
  read: ['GetItem', 'BatchGetItem'],
  query: ['Query'],
  write: ['PutItem', 'UpdateItem'],
  remove: ['DeleteItem', 'BatchWriteItem'],
}

export const table = ({ arn }: sst.aws.Dynamo, ...uses: Use[]): Statement => ({
  actions: uses.flatMap((use) => ACTIONS[use]).map((action) => `dynamodb:${action}`),
  resources: uses.includes('query') ? [arn, $interpolate`${arn}/index/*`] : [arn],
})

export const sendTo = (commands: Commands): Statement => ({
  actions: ['sqs:SendMessage'],
  resources: every(commands),
})

/** To say in GET /health whether the queues answer. */
export const lookAt = ({ live }: Commands): Statement => ({
  actions: ['sqs:GetQueueAttributes'],
  resources: [live[0]!.arn],
})

export const receiveFrom = (commands: Commands): Statement => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
  resources: every(commands),
})

/** `?` is one character: every command queue and none of the dead-letter queues, however many shards there are. */
function every({ live }: Commands): $util.Output<string>[] {
  const digits = `${live.length - 1}`.length
  const patterns = Array.from({ length: digits }, (_, index) => '?'.repeat(index + 1))
  return patterns.map((pattern) => live[0]!.arn.apply((arn) => arn.replace(/-0\.fifo$/, `-${pattern}.fifo`)))
}

export const writeLogs = ({ arn }: aws.cloudwatch.LogGroup): Statement => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [$interpolate`${arn}:*`],
})
