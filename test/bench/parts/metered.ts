/**
 * A whole stack in front of metered engines. What it asks of them while nothing happens is learnt first; what a phase
 * of work asks beyond that is what the work costs. Looking at the results goes past the meters.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type AttributeValue, paginateScan } from '@aws-sdk/client-dynamodb'
import { dynamoClient, tableNames } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { PlatformConfig } from '#core/platform/config.ts'
import { openStore, type Store } from '#core/platform/dynamo.ts'
import type { TableName } from '#core/tables.ts'
import { startDynoxide } from '../../../local/dynoxide.ts'
import { readRecord } from '../../../local/record.ts'
import { sdkDynamo } from '../../../local/sdk.ts'
import { startEmbeddedQueues } from '../../../local/sqs.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { type Call, startMeter } from './meter.ts'
import { sum } from './statistics.ts'

/** Per message, or per minute where nothing happens. */
export type Cost = {
  calls: number
  writeUnits: number
  readUnits: number
  /** Calls by what they do, the most frequent first. */
  by: Record<string, number>
  /** Write units by the calls that took them. */
  writes: Record<string, number>
}

export type Metered = {
  stack: Stack
  /** Not metered. */
  store: Store
  /** Learns what is asked while nothing happens, per minute. To be called first, when former work is over. */
  idle(forMs: number): Promise<Cost>
  /** What the work asked for, until everything that it caused is over, per message of those that it says it sent. */
  cost(work: () => Promise<number>): Promise<Cost>
  /** Resolves when nothing was asked for so long but what is asked anyway. */
  quiet(forMs: number): Promise<void>
  /** Everything that lies in a table. Not metered. */
  everyItem(table: TableName): Promise<Record<string, AttributeValue>[]>
} & AsyncDisposable

const LOOK_MS = 50
/** Longer than any delay in the system that ends by itself: receipts, lazy commits, what waits a second to be shown. */
const OVER_AFTER_MS = 1_500
const QUIET_WITHIN_MS = 60_000

/** @param more what the stack gets as environment besides */
export async function openMetered(more: Record<string, string> = {}): Promise<Metered> {
  await using opened = new AsyncDisposableStack()
  const engine = opened.use(await startDynoxide())
  const queues = opened.use(await startEmbeddedQueues())
  const meters = [
    opened.use(await startMeter(engine.endpoint)),
    opened.use(await startMeter(queues.endpoint)),
  ] as const
  const env = { ...more, DYNAMODB_ENDPOINT: meters[0].endpoint, SQS_ENDPOINT: meters[1].endpoint }
  const its = opened.use(await stack({ env }))
  const config = PlatformConfig.parse({
    ...readRecord(its.dataDir)?.environment,
    DYNAMODB_ENDPOINT: engine.endpoint,
  })
  const client = sdkDynamo('us-east-1', engine.endpoint)
  opened.defer(() => client.destroy())

  let anyway = new Map<string, Habit>()
  let seen: Call[] = []
  let lastAt = performance.now()
  const look = () => {
    const fresh = meters.flatMap((meter) => meter.take())
    if (fresh.some((call) => !anyway.has(nameOf(call)))) lastAt = performance.now()
    seen.push(...fresh)
  }
  const quiet = async (forMs: number) => {
    const deadline = performance.now() + QUIET_WITHIN_MS
    for (look(); performance.now() - lastAt < forMs; look()) {
      if (performance.now() > deadline) throw new Error(`never quiet: ${nameOf(seen.at(-1)!)}`)
      await pause(LOOK_MS)
    }
  }
  const watch = async (work: () => Promise<unknown>) => {
    look()
    seen = []
    const began = performance.now()
    await work()
    look()
    return { calls: seen, ms: performance.now() - began }
  }

  const store = openStore(opened.use(dynamoClient(config)), tableNames(config), systemClock)
  const owned = opened.move()
  return {
    stack: its,
    store,
    quiet,
    async everyItem(table) {
      const found = []
      const pages = paginateScan({ client }, { TableName: tableNames(config)[table] })
      for await (const { Items = [] } of pages) found.push(...Items)
      return found
    },
    async idle(forMs) {
      await pause(OVER_AFTER_MS)
      anyway = new Map()
      const { calls, ms } = await watch(() => pause(forMs))
      const counts = countBy(calls)
      anyway = new Map([...counts].map(([name, count]) => [name, habitOf(name, calls, count / ms)]))
      return costOf(calls, counts, ms / 60_000)
    },
    async cost(work) {
      let messages = 0
      const { calls, ms } = await watch(async () => {
        messages = await work()
        lastAt = performance.now()
        await quiet(OVER_AFTER_MS)
      })
      const caused = calls.filter((call) => !anyway.has(nameOf(call)))
      const beyond = [...countBy(calls)].flatMap(([name, count]): [string, number][] => {
        const { perMs, burst } = anyway.get(name) ?? { perMs: 0, burst: 0 }
        if (perMs > 0 && isIdleLook(name)) return []
        const more = count - perMs * ms
        return more > burst ? [[name, more]] : []
      })
      return costOf(caused, new Map(beyond), messages)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Who waits at a queue, and timed looks at shards, go on however long it takes: no message has caused what finds none. */
const isIdleLook = (name: string): boolean =>
  (name.startsWith('ReceiveMessage') && name.endsWith('(nothing)')) || /^Query .* SHARD$/.test(name)

/** What is asked anyway, and how many of it come at once: by so many a stretch of time may miss the average. */
type Habit = { perMs: number; burst: number }

const AT_ONCE_MS = 1_000

function habitOf(name: string, calls: Call[], perMs: number): Habit {
  const own = calls.filter((call) => nameOf(call) === name)
  const together = Map.groupBy(own, ({ at }) => Math.floor((at - own[0]!.at) / AT_ONCE_MS))
  return { perMs, burst: Math.max(...[...together.values()].map((group) => group.length)) }
}

const nameOf = ({ operation, target, empty }: Call): string =>
  `${operation} ${target}${empty ? ' (nothing)' : ''}`

function countBy(calls: Call[]): Map<string, number> {
  return new Map([...Map.groupBy(calls, nameOf)].map(([name, group]) => [name, group.length]))
}

function costOf(calls: Call[], counts: Map<string, number>, per: number): Cost {
  const byCount = [...counts].sort(([, one], [, other]) => other - one)
  return {
    calls: sum([...counts.values()]) / per,
    writeUnits: sum(calls.map(({ writeUnits }) => writeUnits)) / per,
    readUnits: sum(calls.map(({ readUnits }) => readUnits)) / per,
    by: Object.fromEntries(byCount.map(([name, count]) => [name, count / per])),
    writes: Object.fromEntries(
      [...Map.groupBy(calls, nameOf)].flatMap(([name, group]) => {
        const units = sum(group.map(({ writeUnits }) => writeUnits))
        return units > 0 ? [[name, units / per]] : []
      }),
    ),
  }
}
