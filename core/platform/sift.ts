/**
 * A page of what fits out of a long list, at a bounded price: so many items are looked at and no more. Who wants all goes
 * on with the cursor, also after a page on which nothing was found.
 */
import type { Page } from './dynamo.ts'
import { Fault } from './fault.ts'

type Part = { limit: number; cursor?: string | undefined }
/** How many items were looked at, found or not. */
export type Sifted<T> = Page<T> & { looked: number }

/** Items of one read, and of one page. */
const STEP = 200
const LOOKED_AT = 2_000

/**
 * @param read a part of the list, in its order
 * @param most items that may be looked at, rounded up to whole reads
 */
export async function sift<T>(
  read: (part: Part) => Promise<Page<T>>,
  isWanted: (item: T) => boolean,
  { limit, cursor }: Part,
  most = LOOKED_AT,
): Promise<Sifted<T>> {
  const found: T[] = []
  let { from, skip } = placeIn(cursor)
  for (let looked = STEP; ; looked += STEP) {
    const page = await read({ limit: STEP, cursor: from })
    for (const [index, item] of page.items.entries()) {
      if (index < skip || !isWanted(item)) continue
      found.push(item)
      if (found.length < limit) continue
      const isEnd = index === page.items.length - 1
      return { items: found, looked, cursor: isEnd ? page.cursor : `${from ?? ''}~${index + 1}` }
    }
    if (!page.cursor || looked >= most) return { items: found, looked, cursor: page.cursor }
    from = page.cursor
    skip = 0
  }
}

/** Where a part begins, and how many of it were seen. */
function placeIn(cursor: string | undefined): { from: string | undefined; skip: number } {
  const [from = '', skip = '0'] = cursor?.split('~') ?? []
  if (!/^\d{1,3}$/.test(skip))
    throw new Fault('VALIDATION_ERROR', 'The cursor is not one that this API handed out.')
  return { from: from || undefined, skip: Number(skip) }
}
