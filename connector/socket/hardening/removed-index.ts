/**
 * Baileys 7.0.0-rc14 removes an action from app state and then notes it as present (`encodeSyncdPatch` in
 * Utils/chat-utils.ts): the next patch of the same action is made over a wrong hash, which the phone refuses. Here the
 * note is taken back. Keys: sandbox-protocol of app state, HKDF over the sync key, its first 32 bytes name the actions.
 */
import { createHmac, hkdfSync } from 'node:crypto'
import type { WAPatchName, WASocket } from '@whiskeysockets/baileys'

/** @param index what was removed: the kind of action, and what it was about */
export async function repairRemoved(
  { authState: { creds, keys } }: Pick<WASocket, 'authState'>,
  collection: WAPatchName,
  index: string[],
): Promise<void> {
  const keyId = creds.myAppStateKeyId
  if (!keyId) return
  await keys.transaction(async () => {
    const { [keyId]: key } = await keys.get('app-state-sync-key', [keyId])
    const { [collection]: state } = await keys.get('app-state-sync-version', [collection])
    if (!key?.keyData || !state) return
    const { [nameOf(key.keyData, index)]: _, ...indexValueMap } = state.indexValueMap
    await keys.set({ 'app-state-sync-version': { [collection]: { ...state, indexValueMap } } })
  }, creds.me?.id ?? 'app-patch')
}

function nameOf(keyData: Uint8Array, index: string[]): string {
  const derived = hkdfSync('sha256', keyData, new Uint8Array(32), 'WhatsApp Mutation Keys', 160)
  const indexKey = Buffer.from(derived).subarray(0, 32)
  return createHmac('sha256', indexKey).update(JSON.stringify(index)).digest('base64')
}
