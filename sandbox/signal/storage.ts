/**
 * Where the simulated phones keep their Signal state: sessions by peer device, one-time pre-keys, sender keys by
 * group and author. Reads and writes are synchronous and nothing here awaits I/O, so all that one message changes
 * falls into one commit of the store. Sessions that are in use stay in memory as well, so that they are written for
 * every message and read for the first one only.
 */
import { generateSignalPubKey, type KeyPair } from '@whiskeysockets/baileys'
import type { SessionRecord, SignalStorage } from 'libsignal'
import { LRUCache } from 'lru-cache'
import type { Person } from '../people/people.ts'
import type { Store } from '../store.ts'
import { PhoneSessions } from './cipher.ts'
import type { SenderKeys } from './sender-keys.ts'

const MOST_IN_USE = 1000

export type SignalTables = ReturnType<typeof openSignalTables>

export function openSignalTables(store: Store) {
  store.define(
    'sessions',
    'CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID',
  )
  const get = store.statement<{ record: string }>('SELECT record FROM sessions WHERE key = ?')
  const put = store.statement(
    'INSERT INTO sessions VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record',
  )
  const remove = store.statement('DELETE FROM sessions WHERE key = ?')
  const inUse = new LRUCache<string, PhoneSessions>({ max: MOST_IN_USE })
  return {
    sessions: {
      /** The caller may change what it takes; unless that is put back, it has not happened. */
      take(key: string): PhoneSessions {
        const used = inUse.get(key)
        inUse.delete(key)
        if (used) return used
        const row = get.get(key)
        return row ? PhoneSessions.restore(row.record) : new PhoneSessions()
      },
      put(key: string, sessions: PhoneSessions) {
        put.run(key, JSON.stringify(sessions.serialize()))
        inUse.set(key, sessions)
      },
      delete(key: string) {
        inUse.delete(key)
        remove.run(key)
      },
      /** The store was emptied. */
      forget: () => inUse.clear(),
    },
    preKeys: store.table<KeyPair>('phone_prekeys'),
    senderKeys: store.table<SenderKeys>('sender_keys'),
  }
}

/** libsignal's view of one person's phone. A peer without sessions has an empty record, never none. */
export function signalStorage(tables: SignalTables, person: Person): SignalStorage {
  const keyOf = (id: string | number) => `${person.lid}/${id}`
  return {
    loadSession: async (address) => tables.sessions.take(keyOf(address)) as unknown as SessionRecord,
    storeSession: async (address, record) =>
      tables.sessions.put(keyOf(address), record as unknown as PhoneSessions),
    isTrustedIdentity: () => true,
    loadPreKey: async (id) => {
      const pair = tables.preKeys.get(keyOf(id))
      return pair && libsignalPair(pair)
    },
    removePreKey: (id) => tables.preKeys.delete(keyOf(id)),
    loadSignedPreKey: () => libsignalPair(person.signedPreKey.keyPair),
    getOurRegistrationId: () => person.registrationId,
    getOurIdentity: () => ({
      privKey: Buffer.from(person.identity.private),
      pubKey: Buffer.from(generateSignalPubKey(person.identity.public)),
    }),
  }
}

const libsignalPair = (pair: KeyPair) => ({
  privKey: Buffer.from(pair.private),
  pubKey: Buffer.from(generateSignalPubKey(pair.public)),
})
