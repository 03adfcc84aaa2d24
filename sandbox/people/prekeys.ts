/**
 * The one-time pre-keys that companions have left with the server. Each is handed out at most once, also when the
 * companion uploads it again; one that comes back under the same id with another value is a new key.
 */
import type { Store } from '../store.ts'

export type PublicPreKey = { id: number; public: Buffer }
export type PreKeyPool = ReturnType<typeof openPreKeyPool>

export function openPreKeyPool(store: Store) {
  store.define(
    'prekeys',
    `CREATE TABLE IF NOT EXISTS prekeys (
      device TEXT, id INTEGER, public BLOB NOT NULL, taken INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (device, id)
    ) WITHOUT ROWID`,
  )
  const insert = store.statement(
    `INSERT INTO prekeys (device, id, public) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET public = excluded.public, taken = 0 WHERE public <> excluded.public`,
  )
  const next = store.statement<{ id: number; public: Uint8Array }>(
    'SELECT id, public FROM prekeys WHERE device = ? AND taken = 0 ORDER BY id LIMIT 1',
  )
  const take = store.statement('UPDATE prekeys SET taken = 1 WHERE device = ? AND id = ?')
  const count = store.statement<{ n: number }>(
    'SELECT count(*) n FROM prekeys WHERE device = ? AND taken = 0',
  )
  const clear = store.statement('DELETE FROM prekeys WHERE device = ?')

  return {
    add(device: string, keys: PublicPreKey[]) {
      for (const key of keys) insert.run(device, key.id, key.public)
    },

    /** The next key for somebody who wants to write to this device; undefined when none is left. */
    take(device: string): PublicPreKey | undefined {
      const row = next.get(device)
      if (!row) return undefined
      take.run(device, row.id)
      return { id: row.id, public: Buffer.from(row.public) }
    },

    count: (device: string): number => count.get(device)?.n ?? 0,
    clear: (device: string) => clear.run(device),
  }
}
