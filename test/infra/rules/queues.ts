/** Queues keep order where core says so, and every one of them has a place for what nobody could handle. */
import {
  commandQueue,
  deadJobQueue,
  deadLetterQueue,
  JOBS,
  jobQueue,
  MAX_RECEIVES,
  type QueueSpec,
} from '#core/queues.ts'
import type { Inputs } from '../evaluate/evaluation.ts'
import type { Rule } from './view.ts'

type Redrive = { deadLetterTargetArn: string; maxReceiveCount: number }

const redriveOf = ({ redrivePolicy }: Inputs): Redrive | undefined =>
  typeof redrivePolicy === 'string' ? (JSON.parse(redrivePolicy) as Redrive) : undefined
const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1)

export const deadLettersOfTheSameKind: Rule = ({ queues }) => {
  const byName = new Map(queues.map(({ inputs }) => [String(inputs.name), inputs]))
  const targets = new Set(
    queues.flatMap(({ inputs }) => redriveOf(inputs)?.deadLetterTargetArn ?? []).map(nameIn),
  )
  return queues.flatMap(({ inputs }) => {
    const name = String(inputs.name)
    const redrive = redriveOf(inputs)
    if (!redrive) return targets.has(name) ? [] : [`${name} has no dead-letter queue`]
    const dead = byName.get(nameIn(redrive.deadLetterTargetArn))
    if (!dead) return [`${name}: its dead-letter queue does not exist`]
    return [
      ...(Boolean(dead.fifoQueue) === Boolean(inputs.fifoQueue)
        ? []
        : [`${name} and its dead-letter queue are of different kinds`]),
      ...(redrive.maxReceiveCount >= 3 ? [] : [`${name} gives up after ${redrive.maxReceiveCount} attempts`]),
      ...(Number(dead.messageRetentionSeconds) >= Number(inputs.messageRetentionSeconds ?? 345_600)
        ? []
        : [`${name}: the dead are forgotten before the living`]),
    ]
  })
}

export const queuesAreEncrypted: Rule = ({ queues }) =>
  queues.flatMap(({ inputs }) =>
    inputs.sqsManagedSseEnabled || inputs.kmsMasterKeyId ? [] : [`${inputs.name} is not encrypted`],
  )

export const queuesAsDeclared: Rule = ({ queues, evaluation, prefix }) => {
  const shards = Number(variable(evaluation.resources, 'SHARDS'))
  const commands = Array.from({ length: shards }, (_, shard) => [
    commandQueue(shard, ''),
    deadLetterQueue(shard),
  ])
  const jobs = JOBS.map((kind) => [jobQueue(kind, ''), deadJobQueue(kind)])
  const wanted = [...commands, ...jobs].flat()
  const byName = new Map(queues.map(({ inputs }) => [String(inputs.name), inputs]))
  const nameOf = ({ name }: QueueSpec) => name.replace(/^linekeeper-/, prefix)
  const names = new Set(wanted.map(nameOf))
  return [
    ...(shards > 0 ? [] : ['SHARDS is not set']),
    ...[...byName.keys()].flatMap((name) =>
      names.has(name) ? [] : [`${name} is not declared in core/queues.ts`],
    ),
    ...wanted.flatMap((spec) => {
      const inputs = byName.get(nameOf(spec))
      return inputs
        ? differences(spec, inputs)
        : [`${nameOf(spec)} is declared in core/queues.ts and not created`]
    }),
  ]
}

function differences({ attributes }: QueueSpec, inputs: Inputs): string[] {
  const pairs: [string, unknown, unknown][] = [
    ['FifoQueue', attributes.FifoQueue === 'true', inputs.fifoQueue],
    ['DeduplicationScope', attributes.DeduplicationScope, inputs.deduplicationScope ?? undefined],
    ['FifoThroughputLimit', attributes.FifoThroughputLimit, inputs.fifoThroughputLimit ?? undefined],
    ['VisibilityTimeout', Number(attributes.VisibilityTimeout ?? 30), inputs.visibilityTimeoutSeconds],
    ['MessageRetentionPeriod', Number(attributes.MessageRetentionPeriod), inputs.messageRetentionSeconds],
    ['maxReceiveCount', attributes.RedrivePolicy && MAX_RECEIVES, redriveOf(inputs)?.maxReceiveCount],
  ]
  return pairs.flatMap(([what, declared, is]) =>
    declared === is ? [] : [`${inputs.name}: ${what} is ${is}, declared is ${declared}`],
  )
}

function variable(resources: { inputs: Inputs }[], name: string): unknown {
  for (const { inputs } of resources) {
    const variables = (inputs.environment as { variables?: Inputs } | undefined)?.variables
    if (variables?.[name]) return variables[name]
  }
  return
}

/** A message must not come back while its function still works on it, and one bad message must not take nine along. */
export const consumersAreSafe: Rule = ({ queues, functions, mappings }) =>
  mappings.flatMap((mapping) => {
    const queue = queues.find(({ inputs }) => inputs.name === nameIn(String(mapping.eventSourceArn)))
    const consumer = functions.find(({ inputs }) => String(mapping.functionName).endsWith(`:${inputs.name}`))
    if (!queue || !consumer) return [`a subscription of ${mapping.eventSourceArn} leads nowhere`]
    const { name, visibilityTimeoutSeconds, fifoQueue } = queue.inputs
    return [
      ...(Number(visibilityTimeoutSeconds) >= Number(consumer.inputs.timeout)
        ? []
        : [`${name} hands a message out again before ${consumer.name} has timed out`]),
      ...((mapping.functionResponseTypes as string[]).includes('ReportBatchItemFailures')
        ? []
        : [`${name}: one failure fails the whole batch`]),
      ...(fifoQueue && Number(mapping.maximumBatchingWindowInSeconds ?? 0) > 0
        ? [`${name} is FIFO and cannot wait for a batch`]
        : []),
    ]
  })
