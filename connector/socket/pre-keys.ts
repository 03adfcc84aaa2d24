/**
 * Pre-keys by id: those on their way into the store from memory, all others from the store when they are wanted. Only
 * the private half is stored; the public one is computed from it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { KeyPair } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { type DeviceStore, keyPair } from '#core/device/index.ts'
import { outside } from './context.ts'
import type { WriteSet } from './write-set.ts'

const PAUSE_MS = 200

export type PreKeys = { read(ids: readonly string[]): Promise<Record<string, KeyPair>> }

/** A store that does not answer is asked until it does: to call a pre-key absent would lose the message. */
export function preKeys(store: DeviceStore, set: WriteSet, log: Logger): PreKeys {
  const fromStore = async (ids: readonly number[]): Promise<Map<number, Uint8Array>> => {
    for (let tried = 1; ; tried++) {
      if (set.dead) throw set.dead
      try {
        return await outside(() => store.preKeys(ids))
      } catch (error) {
        if (tried === 1)
          log.warn(
            { error: error instanceof Error ? error.message : error },
            'pre-keys could not be read; it is tried until they are',
          )
        await pause(PAUSE_MS)
      }
    }
  }
  return {
    async read(ids) {
      const found: Record<string, KeyPair> = {}
      const elsewhere: number[] = []
      for (const id of ids) {
        const fresh = set.freshPreKey(Number(id))
        if (!fresh) elsewhere.push(Number(id))
        else if (fresh.pair) found[id] = fresh.pair
      }
      if (elsewhere.length === 0) return found
      for (const [id, secret] of await fromStore(elsewhere)) found[id] = keyPair(secret)
      return found
    },
  }
}
