/** How events change the counters: one item for the totals of a session and one for each of its days (UTC). */
import type { MessageFacts } from '../contract/message.ts'
import type { Key, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { dayKey, hourOf, TYPE_PREFIX, totalsKey } from '../stats.ts'

type Change = { key: Key; counts: Map<string, number>; lastActivity: string | undefined }

export function counterChanges() {
  const changes = new Map<string, Change>()

  const count = (key: Key, names: string[], at?: string, took?: number) => {
    const id = `${key.pk} ${key.sk}`
    const change = changes.get(id) ?? { key, counts: new Map(), lastActivity: undefined }
    const add = (name: string, by: number) => change.counts.set(name, (change.counts.get(name) ?? 0) + by)
    for (const name of names) add(name, 1)
    if (took !== undefined) add('tookMs', took)
    if (at && at > (change.lastActivity ?? '')) change.lastActivity = at
    changes.set(id, change)
  }

  return {
    /** `at` is when we learned of it, `took` how long it was on its way to WhatsApp, in ms. */
    message(
      sessionId: string,
      direction: 'sent' | 'received',
      { type, timestamp }: MessageFacts,
      at: string,
      took?: number,
    ): void {
      count(totalsKey(sessionId), [direction, `${TYPE_PREFIX}${type}`], at)
      const names = [direction, hourOf(timestamp), ...(took === undefined ? [] : ['took'])]
      count(dayKey(sessionId, timestamp.slice(0, 10)), names, undefined, took)
    },
    failed(sessionId: string, at: string): void {
      count(totalsKey(sessionId), ['failed'], at)
      count(dayKey(sessionId, at.slice(0, 10)), ['failed'])
    },
    writes: (): Write[] => [...changes.values()].map(writeOf),
  }
}

function writeOf({ key, counts, lastActivity }: Change): Write {
  const update = updating()
  for (const [name, by] of counts) update.add(name, by)
  if (lastActivity) update.set('lastActivity', lastActivity)
  return { table: 'main', update: key, set: update.build() }
}
