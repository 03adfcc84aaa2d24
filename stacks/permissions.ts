/**
 * What a role may do: the calls that its code makes, on the tables and queues that it makes them to, and nothing else.
 * The tests run the code against these very statements, and refuse one that nothing needs (test/infra/deployed/guard.ts).
 */
import type { Commands } from './queues.ts'

export type Statement = { actions: string[]; resources: $util.Input<string>[] }
type Action =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem'

/** What most parts do with a table. */
export const READING = ['GetItem', 'BatchGetItem', 'Query'] as const
export const WRITING = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'] as const

/** A transaction is as many actions as it has items. */
export const table = ({ arn }: sst.aws.Dynamo, ...actions: Action[]): Statement => ({
  actions: actions.map((action) => `dynamodb:${action}`),
  resources: actions.includes('Query') ? [arn, $interpolate`${arn}/index/*`] : [arn],
})

type FileAction = 'GetObject' | 'PutObject' | 'DeleteObject'

export const onFiles = ({ arn }: sst.aws.Bucket, ...actions: FileAction[]): Statement => ({
  actions: actions.map((action) => `s3:${action}`),
  resources: [$interpolate`${arn}/*`],
})

/** Without it S3 does not even say that a file is not there. */
export const listFiles = ({ arn }: sst.aws.Bucket): Statement => ({
  actions: ['s3:ListBucket'],
  resources: [arn],
})

export const sendTo = (...queues: sst.aws.Queue[]): Statement => ({
  actions: ['sqs:SendMessage'],
  resources: queues.map(({ arn }) => arn),
})

/** To live connections: POST says something, DELETE ends one, GET looks whether it is there. */
export const speakTo = (
  { executionArn }: { executionArn: $util.Input<string> },
  ...methods: ('POST' | 'DELETE' | 'GET')[]
): Statement => ({
  actions: ['execute-api:ManageConnections'],
  resources: methods.map((method) => $interpolate`${executionArn}/${method}/@connections/*`),
})

/** What Lambda does in the name of a function that a queue feeds. */
export const feedFrom = ({ arn }: sst.aws.Queue): Statement => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  resources: [arn],
})

export const sendCommands = (commands: Commands): Statement => ({
  actions: ['sqs:SendMessage'],
  resources: every(commands),
})

export const takeCommands = (commands: Commands): Statement => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
  resources: every(commands),
})

/** To say in GET /health whether the queues answer. */
export const lookAtCommands = ({ live }: Commands): Statement => ({
  actions: ['sqs:GetQueueAttributes'],
  resources: [live[0]!.arn],
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
