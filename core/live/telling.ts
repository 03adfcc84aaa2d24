/**
 * A store that tells live connections of the logs that it wrote to, so that nobody who writes an event has to remember
 * to. It looks first whether somebody listens, which is a read; whoever knows that already tells by himself.
 */
import type { Item, Store, Write } from '../platform/dynamo.ts'
import { Session, sessionKey } from '../session.ts'
import { isListenedTo } from './listening.ts'
import type { Heard, Live } from './tell.ts'

const SESSION = /^[0-9a-f]{32}$/

export function tellingStore(store: Store, live: Live): Store {
  return {
    ...store,
    async transact(writes) {
      const failed = await store.transact(writes)
      const ids = failed.length === 0 ? logsOf(writes) : []
      if (ids.length > 0) await live.tell(await listenedTo(store, ids))
      return failed
    },
  }
}

/** The sessions whose logs are written to; other logs have no listeners. */
const logsOf = (writes: Write[]): string[] => [
  ...new Set(
    writes.flatMap((write) => {
      const id = write.table === 'events' && 'put' in write ? (write.put as Item).sessionId : undefined
      return typeof id === 'string' && SESSION.test(id) ? [id] : []
    }),
  ),
]

/** What is written stays written when this cannot be read. */
async function listenedTo(store: Store, ids: string[]): Promise<Heard[]> {
  const items = await store.getMany('main', ids.map(sessionKey)).catch(() => [])
  return items.map((item) => Session.parse(item)).filter((session) => isListenedTo(session, store.now()))
}
