/** What roles may do and nothing of a deployment's tests needed, and why some of that is right. */
import type { Deployment } from '../deployment.ts'

/**
 * What nothing here leads to: writes to the log that collide (core/log.ts), live connections that died or lag far behind,
 * webhooks that were quiet for minutes or that nobody woke.
 */
export const SELDOM = [
  'ApiFunction: dynamodb:BatchGetItem on Events',
  // An announced file that turns out to be something else, a device that was brought and could not be taken.
  'ApiFunction: s3:DeleteObject on files',
  // An order that no model is asked about, or whose queue refuses it.
  'HookFunction: dynamodb:GetItem on Messages',
  'PushFunction: dynamodb:DeleteItem on Main',
  'PushFunction: sqs:SendMessage on jobs-live.fifo',
  'DeliveriesFunction: dynamodb:DeleteItem on Main',
  'RouseFunction: dynamodb:PutItem on Main',
  'RouseFunction: dynamodb:UpdateItem on Main',
  'RouseFunction: dynamodb:DeleteItem on Main',
  'RouseFunction: dynamodb:BatchWriteItem on Main',
  'RouseFunction: sqs:SendMessage on jobs-deliveries',
  // Votes in a poll are opened with what the poll said.
  'Connector: dynamodb:GetItem on Messages',
  'Connector: dynamodb:BatchGetItem on Events',
]
const WORKERS = ['FeedFunction', 'OrdersFunction', 'TendFunction']

export const idleIn = (deployment: Pick<Deployment, 'guards'>, parts: string[]): string[] =>
  parts.flatMap((name) => idleOf(deployment, name).map((one) => `${name}: ${brief(one)}`))

/** The workers share what conversations are written with, and need not each use all of it here. */
function idleOf({ guards }: Pick<Deployment, 'guards'>, name: string): string[] {
  const idle = guards[name]?.idle() ?? []
  if (!WORKERS.includes(name)) return idle
  const others = WORKERS.flatMap((worker) => guards[worker] ?? [])
  return idle.filter((one) =>
    others.every((guard) => !guard.grants.includes(one) || guard.idle().includes(one)),
  )
}

/** `action on table`, `action on queue` or `action on files`. */
const brief = (need: string): string =>
  need
    .replace(/ on .*:table\/linekeeper-trial-(\w+)Table-\w+$/, ' on $1')
    .replace(/ on .*:linekeeper-trial-/, ' on ')
    .replace(/filesbucket-\w+\/\*$/, 'files')
