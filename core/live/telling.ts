/**
 * A store that tells listeners of the logs that it wrote to, live connections and webhooks, so that nobody who writes an
 * event has to remember to. It looks first whether somebody listens, which is a read; whoever knows that already tells
 * by himself.
 */
import * as z from 'zod'
import { accountKey, sessionKey } from '../partition.ts'
import type { Item, Key, Store, Write } from '../platform/dynamo.ts'
import type { Stream } from '../webhook/job.ts'
import { merged } from '../webhook/merged.ts'
import { noWebhooks, type Webhooks } from '../webhook/tell.ts'
import { isListenedTo } from './mark.ts'
import type { Live } from './tell.ts'

/** What says whether anybody hears of a session, or of an account; the rest of them does not matter here. */
const OfAccount = z.object({ id: z.string(), webhooks: z.string().optional() })
const OfSession = OfAccount.extend({
  accountId: z.string(),
  listening: z.object({ at: z.string(), until: z.string() }).optional(),
})

const SESSION = /^[0-9a-f]{32}$/
const isOfSession = ({ stream }: Stream): boolean => SESSION.test(stream)

/** For how long it is believed that nobody listens to what is no session's, in ms: it is rare that it changes. */
const BELIEVED = 30_000

export function tellingStore(store: Store, live: Live, webhooks: Webhooks = noWebhooks): Store {
  const silent = new Map<string, number>()

  const tell = async (logs: Stream[]) => {
    const now = store.now()
    const asked = logs.filter(
      (log) => isOfSession(log) || (webhooks !== noWebhooks && (silent.get(log.accountId) ?? 0) <= now),
    )
    if (asked.length === 0) return
    const marks = await marksOf(store, asked)
    await live.tell(marks.sessions.filter((session) => isListenedTo(session, now)))
    const isTold = (log: Stream) =>
      isOfSession(log)
        ? marks.sessions.some(({ id, webhooks: mark }) => id === log.stream && mark !== undefined)
        : marks.accounts.has(log.accountId)
    for (const log of asked) if (!isOfSession(log) && !isTold(log)) silent.set(log.accountId, now + BELIEVED)
    await webhooks.tell(asked.filter(isTold))
  }

  return {
    ...store,
    async transact(writes) {
      const failed = await store.transact(writes)
      if (failed.length === 0) await tell(logsOf(writes))
      return failed
    },
  }
}

/** The logs that are written to. */
const logsOf = (writes: Write[]): Stream[] =>
  merged(
    writes.flatMap((write) => {
      if (write.table !== 'events' || !('put' in write)) return []
      const { sessionId, accountId, type } = write.put as Item
      return typeof sessionId === 'string' && typeof accountId === 'string'
        ? [{ accountId, stream: sessionId, types: [String(type)] }]
        : []
    }),
  )

/** What is written stays written when this cannot be read. */
async function marksOf(
  store: Store,
  logs: Stream[],
): Promise<{ sessions: z.infer<typeof OfSession>[]; accounts: Set<string> }> {
  const keys = new Map<string, Key>()
  for (const log of logs) {
    const key = isOfSession(log) ? sessionKey(log.stream) : accountKey(log.accountId)
    keys.set(`${key.pk} ${key.sk}`, key)
  }
  const items = await store.getMany('main', [...keys.values()]).catch(() => [])
  const ofAccounts = items.filter(({ sk }) => sk === 'ACCOUNT').map((item) => OfAccount.parse(item))
  return {
    sessions: items.filter(({ sk }) => sk === 'SESSION').map((item) => OfSession.parse(item)),
    accounts: new Set(ofAccounts.filter(({ webhooks }) => webhooks).map(({ id }) => id)),
  }
}
