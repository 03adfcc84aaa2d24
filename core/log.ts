/**
 * The event log, and the read model that moves with it. Whatever happens is appended here in one transaction with
 * everything that it changes for readers, so nobody ever sees one without the other; an event that was appended
 * before, or that tells what is known already, changes nothing and is dropped.
 */
import type { Event } from './contract/event.ts'
import { type Key, MAX_WRITES, type Store, type Write } from './platform/dynamo.ts'
import { Fault } from './platform/fault.ts'
import { type Past, projectHistory, touchedByPast } from './projection/history.ts'
import { type Known, nameOf, project, touches } from './projection/index.ts'
import type { Retention } from './retention.ts'
import type { TableName } from './tables.ts'

/** DynamoDB takes 4 MB in one transaction; an event's content is in it up to three times. */
const MAX_BYTES = 1_000_000

/** Every attempt but the first knows more than the one before, so few suffice. */
const ATTEMPTS = 10

/**
 * Appends events, of any sessions, in their order. Repeating a call after an error is safe: what was written is
 * dropped, the rest is written.
 */
export async function append(store: Store, retention: Retention, events: Event[]): Promise<void> {
  for (const batch of batches(events, touches)) await commit(store, retention, batch)
}

/**
 * One transaction: the events with what they change, and `others`, which must succeed together with them.
 * @returns the indexes of the `others` whose condition failed; empty when all is written
 */
export const commit = (
  store: Store,
  retention: Retention,
  events: Event[],
  others: Write[] = [],
): Promise<number[]> => persist(store, others, (known) => project(events, retention, store.now(), known))

/**
 * Takes over messages from before the session was linked: they stand in the read model, and nobody is told of them.
 * Those that are known already stay as they are.
 */
export async function keepHistory(store: Store, retention: Retention, past: Past[]): Promise<void> {
  for (const batch of batches(past, touchedByPast))
    await persist(store, [], (known) => projectHistory(batch, retention, store.now(), known))
}

async function persist(
  store: Store,
  others: Write[],
  writesWith: (known: Known) => Write[],
): Promise<number[]> {
  const known: Known = new Map()
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const writes = [...others, ...writesWith(known)]
    if (writes.length === 0) return []
    const failed = await store.transact(writes)
    if (failed.length === 0) return []
    const refused = failed.filter((index) => index < others.length)
    if (refused.length > 0) return refused
    await learn(
      store,
      failed.map((index) => writes[index] as Write),
      known,
    )
  }
  throw new Fault('DEPENDENCY_UNAVAILABLE', 'The database is busy. Please try again.', {
    cause: new Error(`not written in ${ATTEMPTS} attempts`),
  })
}

/** What stands in the way of writes whose condition failed. A put failed because the item is there. */
async function learn(store: Store, refused: Write[], known: Known): Promise<void> {
  const unread = new Map<TableName, Key[]>()
  for (const write of refused) {
    if ('put' in write) known.set(nameOf(write.table, write.put), write.put)
    const key = 'update' in write ? write.update : 'check' in write ? write.check : undefined
    if (!key) continue
    known.set(nameOf(write.table, key), null)
    unread.set(write.table, [...(unread.get(write.table) ?? []), key])
  }
  for (const [table, keys] of unread)
    for (const item of await store.getMany(table, keys)) known.set(nameOf(table, item), item)
}

/** As many events at a time as one transaction takes. */
function* batches<E extends Event>(events: E[], touched: (event: E) => string[]): Generator<E[]> {
  let batch: E[] = []
  let all = new Set<string>()
  let bytes = 0
  for (const event of events) {
    const names = touched(event)
    const size = Buffer.byteLength(JSON.stringify(event))
    const added = names.filter((name) => !all.has(name)).length
    const isFull = all.size + added > MAX_WRITES || bytes + size > MAX_BYTES
    if (isFull && batch.length > 0) {
      yield batch
      batch = []
      all = new Set()
      bytes = 0
    }
    batch.push(event)
    for (const name of names) all.add(name)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
