/**
 * Linked sessions feed conversations: what a person writes to the session's number, and what is written to them by the
 * API or on the phone. Fed with events of the log, once or many times, in order or not. A batch is read and written
 * together, so that under load a message costs a fraction of a call.
 */
import type { Event } from '../contract/event.ts'
import { MAX_WRITES } from '../platform/dynamo.ts'
import type { Desk } from './desk.ts'
import { type Feeding, follow, followRepeated } from './follow.ts'
import { type Heard, heardBy, heardByNumber } from './heard.ts'
import { look, type View } from './look.ts'
import { BYTES_AT_ONCE, MESSAGES_AT_ONCE, type Part, partOf, sizeOf } from './part.ts'
import { AGAIN, persistently } from './persistently.ts'
import { type Tally, tally } from './stats.ts'

/** Writes of one message (itself, that it was seen), and of a line besides its messages. */
const [PER_MESSAGE, PER_LINE] = [2, 12]

/** @throws when something could not be stored or handed on: repeating all of it is safe */
export async function feed(desk: Desk, events: Event[], feeding: Feeding): Promise<void> {
  const all = await heardByNumber(
    desk.store,
    events.flatMap((event) => heardBy(event) ?? []),
  )
  const heard = new Map(all.map((one) => [one.key.pk, one]))
  const lines = Map.groupBy(heard.values(), ({ lineName }) => lineName)
  for (const batch of batches([...lines.values()].map(inOrder))) await feedLines(desk, batch, feeding)
}

const inOrder = (line: Heard[]): Heard[] => line.toSorted((one, other) => one.at.localeCompare(other.at))

/** As many lines as one transaction takes. */
function* batches(lines: Heard[][]): Generator<Heard[][]> {
  let batch: Heard[][] = []
  let writes = 0
  let bytes = 0
  for (const line of lines) {
    const more = PER_LINE + PER_MESSAGE * Math.min(line.length, MESSAGES_AT_ONCE)
    const size = Math.min(sizeOf(line), BYTES_AT_ONCE)
    if (batch.length > 0 && (writes + more > MAX_WRITES || bytes + size > BYTES_AT_ONCE)) {
      yield batch
      batch = []
      writes = 0
      bytes = 0
    }
    batch.push(line)
    writes += more
    bytes += size
  }
  if (batch.length > 0) yield batch
}

async function feedLines(desk: Desk, lines: Heard[][], feeding: Feeding): Promise<void> {
  const view = await look(desk.store, lines.flat())
  const wanted = lines.filter(([first]) => first && view.isFed(first))
  const counted = tally(desk.store.now())
  const parts = wanted.map((line) => plannedOf(desk, line, view, feeding, counted))
  if (parts.length === 0) return
  const writes = [...parts.flatMap(({ plan }) => plan.writes), ...counted.writes()]
  const isStored = writes.length <= MAX_WRITES && (await desk.store.transact(writes)).length === 0
  for (const [index, part] of parts.entries()) {
    if (isStored) await follow(desk, part, feeding)
    await feedLine(desk, isStored ? part.rest : (wanted[index] ?? []), feeding)
  }
  await feeding.tell?.(view.sessions(wanted.flat()))
}

/** The messages of one line, however often others get in between. */
async function feedLine(desk: Desk, line: Heard[], feeding: Feeding): Promise<void> {
  let left = line
  while (left.length > 0) left = await persistently(() => feedSome(desk, left, feeding))
}

/** @returns those that are still to be fed */
async function feedSome(desk: Desk, given: Heard[], feeding: Feeding): Promise<Heard[] | typeof AGAIN> {
  const line = await heardByNumber(desk.store, given)
  const view = await look(desk.store, line)
  const counted = tally(desk.store.now())
  const part = plannedOf(desk, line, view, feeding, counted)
  const failed = await desk.store.transact([...part.plan.writes, ...counted.writes()])
  if (failed.length === 0) {
    await follow(desk, part, feeding)
    return part.rest
  }
  const repeated = new Set(failed.flatMap((index) => part.taken[index] ?? []))
  if (repeated.size === 0) return AGAIN
  for (const { key } of repeated) await followRepeated(desk, key, feeding)
  return line.filter((heard) => !repeated.has(heard))
}

function plannedOf(desk: Desk, line: Heard[], view: View, { later }: Feeding, counted: Tally): Part {
  const [first] = line
  if (!first) throw new Error('a line without messages')
  return partOf(desk, line, view.known(first), view.choice(first).settings, later !== undefined, counted)
}
