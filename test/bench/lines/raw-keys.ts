/**
 * The key store of raw Baileys for comparisons: keys as JSON in memory, as every store on a disk or in a database has
 * to keep them, reads at once, and a delay before each write is through.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type AuthenticationCreds,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'

export type RawKeys = {
  creds: AuthenticationCreds
  keys: SignalKeyStore
  /** Stores the creds, with the same delay. */
  saveCreds(): Promise<void>
  readonly commits: number
  save(file: string): void
}

type Saved = { creds: string; rows: [string, string][] }

export function rawKeys(latency: () => number, saved?: string): RawKeys {
  const before = saved ? (JSON.parse(readFileSync(saved, 'utf8')) as Saved) : undefined
  const rows = new Map(before?.rows)
  const creds: AuthenticationCreds = before ? decode(before.creds) : initAuthCreds()
  let stored = encode(creds)
  let commits = 0

  const committed = async () => {
    commits += 1
    const ms = latency()
    if (ms > 0) await pause(ms)
  }

  return {
    creds,
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {}
        for (const id of ids) {
          const text = rows.get(`${type}:${id}`)
          if (text !== undefined) found[id] = revive(type, decode(text))
        }
        return found
      },
      set: async (data: SignalDataSet) => {
        for (const [type, values] of Object.entries(data))
          for (const [id, value] of Object.entries(values ?? {}))
            value ? rows.set(`${type}:${id}`, encode(value)) : rows.delete(`${type}:${id}`)
        await committed()
      },
    },
    saveCreds: () => {
      stored = encode(creds)
      return committed()
    },
    get commits() {
      return commits
    },
    save: (file) => writeFileSync(file, JSON.stringify({ creds: stored, rows: [...rows] } satisfies Saved)),
  }
}

const encode = (value: unknown): string => JSON.stringify(value, BufferJSON.replacer)
const decode = (text: string) => JSON.parse(text, BufferJSON.reviver)

/** App-state keys must be objects of the protocol again, as Baileys' own file store makes them. */
const revive = <T extends keyof SignalDataTypeMap>(type: T, value: SignalDataTypeMap[T]) =>
  type === 'app-state-sync-key'
    ? (proto.Message.AppStateSyncKeyData.fromObject(value as object) as unknown as SignalDataTypeMap[T])
    : value
