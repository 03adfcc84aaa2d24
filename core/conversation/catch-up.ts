/**
 * Makes good what was not told: reads a session's log behind a mark, and feeds the conversations with messages that
 * they have not seen. The mark stays a minute behind the clock, so that an event that is written late, or by a clock
 * that is slow, is not passed over.
 */
import * as z from 'zod'
import { read } from '../log-reader.ts'
import { sessionPartition } from '../partition.ts'
import type { Key } from '../platform/dynamo.ts'
import { lowestUlid } from '../platform/id.ts'
import type { Session } from '../session.ts'
import { feedsConversations } from '../settings.ts'
import type { Desk } from './desk.ts'
import { feed } from './feed.ts'
import type { Feeding } from './follow.ts'
import { heardBy } from './heard.ts'

const Mark = z.object({ after: z.string() })
const markKey = (sessionId: string): Key => ({ pk: sessionPartition(sessionId), sk: 'CONVERSATIONS' })

/** ms. What is younger than the first is left to whoever was told; a session without a mark begins the second ago. */
const [LEFT_ALONE, BEGINS] = [60_000, 30 * 60_000]
const PAGE = 100
/** Pages of one session in one run; the next run goes on. */
const PAGES = 20

/** @returns how many messages were found that nobody had told of */
export async function catchUp(desk: Desk, session: Session, feeding: Feeding): Promise<number> {
  const { store } = desk
  const key = markKey(session.id)
  const until = lowestUlid(store.now() - LEFT_ALONE)
  const mark = await store.get('main', Mark, key)
  if (!feedsConversations(session.settings)) {
    if (mark) await store.remove('main', key)
    return 0
  }
  let after = mark?.after ?? lowestUlid(store.now() - BEGINS)
  let found = 0
  for (let page = 0; page < PAGES; page++) {
    const { items, cursor } = await read(store, session.id, { after, limit: PAGE })
    const due = items.filter(({ id }) => id < until)
    const heard = due.flatMap((event) => {
      const one = heardBy(event)
      return one ? [{ event, key: one.key }] : []
    })
    const seen = heard.length > 0 ? await store.getMany('main', unique(heard.map(({ key }) => key))) : []
    const known = new Set(seen.map(({ pk }) => pk))
    const missing = heard.filter(({ key }) => !known.has(key.pk)).map(({ event }) => event)
    if (missing.length > 0) await feed(desk, missing, feeding)
    found += missing.length
    after = due.at(-1)?.id ?? after
    if (due.length < items.length || !cursor) break
  }
  if (after !== mark?.after) await store.put('main', { ...key, after })
  return found
}

const unique = (keys: Key[]): Key[] => [...new Map(keys.map((key) => [key.pk, key])).values()]
