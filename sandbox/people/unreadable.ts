/** What the simulated phones could not read at first: how often they asked again, and whether it came in the end. */
import type { Store } from '../store.ts'

export type Unreadable = ReturnType<typeof openUnreadable>
export type Ciphertext = { owner: string; sender: string; id: string }
/** `retries`: messages that needed a resend; `undecryptable`: those of them that could not be read so far. */
export type Numbers = { retries: number; undecryptable: number }

/** Real phones give up after five requests. */
export const MOST_RETRIES = 5

export function openUnreadable(store: Store) {
  store.define(
    'unreadable',
    `CREATE TABLE IF NOT EXISTS unreadable (
      owner TEXT, sender TEXT, id TEXT, tries INTEGER NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (owner, sender, id)
    ) WITHOUT ROWID`,
  )
  const bump = store.statement(
    `INSERT INTO unreadable VALUES (?, ?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET tries = tries + 1`,
  )
  const tries = store.statement<{ tries: number }>(
    'SELECT tries FROM unreadable WHERE owner = ? AND sender = ? AND id = ?',
  )
  const settle = store.statement('UPDATE unreadable SET open = 0 WHERE owner = ? AND sender = ? AND id = ?')
  const numbers = 'SELECT count(*) retries, coalesce(sum(open), 0) undecryptable FROM unreadable'
  const count = store.statement<Numbers>(`${numbers} WHERE owner = ?`)
  const total = store.statement<Numbers>(numbers)

  return {
    /** Notes a failure and says which one it is. A message that was shown before stays readable. */
    failed({ owner, sender, id }: Ciphertext, shown: boolean): number {
      bump.run(owner, sender, id, shown ? 0 : 1)
      return tries.get(owner, sender, id)?.tries ?? 1
    },

    readAfterAll({ owner, sender, id }: Ciphertext) {
      if (tries.get(owner, sender, id)) settle.run(owner, sender, id)
    },

    /** Of one phone, or of all. */
    count(owner?: string): Numbers {
      const row = owner === undefined ? total.get() : count.get(owner)
      return { retries: row?.retries ?? 0, undecryptable: row?.undecryptable ?? 0 }
    },
  }
}
