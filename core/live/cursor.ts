/**
 * A reader's place in the log of a session: what was seen and what was not, exactly. Ids tell when something happened,
 * and another writer may store an event a little after a later one; a reader who remembered the last id alone would pass
 * it over. So a cursor names an id up to which everything is over, and behind it those that were seen. The id of an event
 * is a cursor too: what comes after it is new.
 */
import { createHash } from 'node:crypto'
import { decodeTime } from 'ulid'
import * as z from 'zod'
import { Event } from '../contract/event.ts'
import { sessionPartition } from '../partition.ts'
import type { Store } from '../platform/dynamo.ts'
import { lowestUlid } from '../platform/id.ts'

/** How much later than events behind it an event may be stored, in ms, and how many of those are remembered. */
export const LATE_MS = 10_000
const REMEMBERED = 64
const TAG = 6

export const Cursor = z
  .string()
  .max(64 + 1 + REMEMBERED * TAG)
  .regex(
    /^([\w.-]{1,64}|[0-7][0-9A-HJKMNP-TV-Z]{25}[\w.-]{0,38}~[\w-]*)$/,
    'must be a cursor, or the id of an event',
  )
export type Cursor = z.infer<typeof Cursor>

/** Before everything that is kept. */
export const BEGINNING: Cursor = '0'

export type Step = { events: Event[]; cursor: Cursor; more: boolean }

/**
 * Reads what is new, oldest first, about `limit` of them; `more` says that there may be more. It ends behind everything
 * that was seen before, so that nothing of that is forgotten.
 */
export async function readOn(store: Store, sessionId: string, from: Cursor, limit = 100): Promise<Step> {
  const { floor, seen } = parse(from)
  const lastSeen = seen.size > 0 ? lowestUlid(timeOf(floor) + LATE_MS + 1) : floor
  const ids: string[] = []
  const fresh: Event[] = []
  let cursor: string | undefined
  do {
    const page = await store.query('events', Event, sessionPartition(sessionId), {
      limit: limit + seen.size,
      after: floor,
      cursor,
    })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.cursor
    fresh.push(...page.items.filter(({ id }) => !seen.has(tagOf(id))))
    const isBehindAllSeen = !cursor || (ids.at(-1) ?? '') > lastSeen
    if (fresh.length > 0 && isBehindAllSeen)
      return { events: fresh, cursor: behind(floor, ids), more: cursor !== undefined }
  } while (cursor)
  return { events: [], cursor: from, more: false }
}

/** Behind everything that is stored by now. */
export async function here(store: Store, sessionId: string): Promise<Cursor> {
  const floor = lowestUlid(store.now() - LATE_MS)
  const { items } = await store.query('events', Event, sessionPartition(sessionId), {
    from: floor,
    newestFirst: true,
    limit: REMEMBERED + 1,
  })
  return behind(floor, items.map(({ id }) => id).reverse())
}

/** Whether retention has taken events that the cursor had not seen. */
export const isTooOld = (cursor: Cursor, now: number, eventSeconds: number): boolean =>
  cursor !== BEGINNING && parse(cursor).floor < lowestUlid(now - eventSeconds * 1_000)

/** @param ids everything behind the floor that was seen, in order */
function behind(floor: string, ids: string[]): Cursor {
  const newest = ids.at(-1)
  if (!newest) return floor
  const bottom = lowestUlid(timeOf(newest) - LATE_MS)
  const recent = ids.filter((id) => id > bottom)
  const [forgotten] = recent.slice(-REMEMBERED - 1)
  const next = recent.length > REMEMBERED && forgotten ? forgotten : bottom > floor ? bottom : floor
  return `${next}~${recent.slice(-REMEMBERED).map(tagOf).join('')}`
}

function parse(cursor: Cursor): { floor: string; seen: Set<string> } {
  const [floor = BEGINNING, tags = ''] = cursor.split('~')
  return { floor, seen: new Set(tags.match(/.{6}/g)) }
}

/** Events of one stanza share a ULID and have a number behind it. */
const timeOf = (id: string): number => decodeTime(id.slice(0, 26))

/** 36 bits: of 64 events two that are taken for one are met once in 30 million windows. */
const tagOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, TAG)
