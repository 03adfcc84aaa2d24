/**
 * Pages of a list that is read as a whole, because it is short or because it comes so. Each entry has a place that tells
 * it from all others; the cursor is the place of the last one shown, so that it stays right when others come and go.
 */
import { Fault } from '#core/platform/fault.ts'
import { nextCursor, paging } from './describe.ts'

/** What entries are ordered by; what comes first in it counts most. */
type Place = string[]
type Asked = { limit: number; cursor?: string | undefined; offset?: number }

/** For short lists: most callers want all of one. */
export const SHORT = { query: paging(1_000, 1_000), gives: { nextCursor } }

/** @throws Fault VALIDATION_ERROR when the cursor is none of ours */
export function pageOf<T>(
  all: T[],
  { limit, cursor, offset = 0 }: Asked,
  placeOf: (entry: T) => Place,
): { items: T[]; nextCursor: string | null } {
  const after = cursor === undefined ? [] : readCursor(cursor)
  const rest = all
    .map((entry) => ({ entry, place: placeOf(entry) }))
    .filter(({ place }) => compare(place, after) > 0)
    .sort((one, other) => compare(one.place, other.place))
  const page = rest.slice(offset, offset + limit)
  const last = page.at(-1)
  const more = rest.length > offset + limit && last
  return { items: page.map(({ entry }) => entry), nextCursor: more ? cursorOf(last.place) : null }
}

const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

function readCursor(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(place) && place.length > 0 && place.every((part) => typeof part === 'string'))
      return place
  } catch {
    // Falls through: what cannot be read is not ours either.
  }
  throw new Fault('VALIDATION_ERROR', 'The cursor is not one that this API handed out.')
}

/** A place that only goes on where the other ends comes behind it. */
function compare(one: Place, other: Place): number {
  const at = one.findIndex((part, index) => part !== other[index])
  if (at < 0) return one.length - other.length
  const [left = '', right] = [one[at], other[at]]
  return right === undefined || left > right ? 1 : -1
}
