/**
 * Erases everything of a deleted session page by page: messages, events, chats, counters, and the session itself at
 * the very end, so that a purge that was interrupted is found and repeated.
 */
import * as z from 'zod'
import { CHAT_PREFIX } from '../chat.ts'
import { chatPartition, DEEDS_CHAT, DUE, failedPlace, queuedPlace, waitingPartition } from '../message.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { pagesOf } from '../platform/pages.ts'
import { type Session, sessionKey, sessionPartition } from '../session.ts'
import type { TableName } from '../tables.ts'
import { eraseTracesOf } from '../webhook/erase.ts'

const Row = z.object({ pk: z.string(), sk: z.string() })
const ChatRow = Row.extend({ chatId: z.string() })
const WaitingRow = Row.extend({ sessionId: z.string() })

/** `progress` is told how many items each step removed. Repeating it is safe. */
export async function purge(
  store: Store,
  session: Pick<Session, 'id' | 'shard'>,
  progress: (removed: number) => void = () => {},
): Promise<void> {
  const partition = sessionPartition(session.id)
  const removeAll = async (table: TableName, pages: AsyncGenerator<Key[]>) => {
    for await (const keys of pages) {
      await store.removeMany(table, keys)
      progress(keys.length)
    }
  }

  for await (const chats of pagesOf(store, 'main', ChatRow, partition, { prefix: CHAT_PREFIX }))
    for (const { chatId } of chats)
      await removeAll(
        'messages',
        pagesOf(store, 'messages', Row, chatPartition(session.id, chatId), { index: 'chat' }),
      )
  const deeds = chatPartition(session.id, DEEDS_CHAT)
  await removeAll('messages', pagesOf(store, 'messages', Row, deeds, { index: 'chat' }))
  await removeAll('messages', unsent(store, session))
  await removeAll('events', pagesOf(store, 'events', Row, partition))
  for await (const rows of allButTheSession(store, session)) {
    await eraseTracesOf(store, rows)
    await store.removeMany('main', rows)
    progress(rows.length)
  }
  await store.remove('main', sessionKey(session.id))
  progress(1)
}

/** Messages that were accepted and never taken by WhatsApp may be in no chat yet. */
async function* unsent(store: Store, { id, shard }: Pick<Session, 'id' | 'shard'>): AsyncGenerator<Key[]> {
  const waiting = (prefix: string) =>
    pagesOf(store, 'messages', WaitingRow, waitingPartition(shard), { index: 'waiting', prefix })
  yield* waiting(queuedPlace(id, ''))
  yield* waiting(failedPlace(id, ''))
  for await (const rows of waiting(DUE)) yield rows.filter(({ sessionId }) => sessionId === id)
}

async function* allButTheSession(store: Store, { id }: Pick<Session, 'id'>): AsyncGenerator<Key[]> {
  for await (const rows of pagesOf(store, 'main', Row, sessionPartition(id)))
    yield rows.filter(({ sk }) => sk !== sessionKey(id).sk)
}
