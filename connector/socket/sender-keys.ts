/**
 * Repairs sender keys as Baileys 7.0.0-rc14 stores them. It writes skipped message keys in a form that it cannot read
 * back, so that a group message which arrives late is lost (defect D1); and it keeps a skipped key per message of our
 * own for ever, which nobody will ever need, until the row is too large for its store (defect D2).
 */
import { BufferJSON } from '@whiskeysockets/baileys'
import { ownBuffer } from './codec.ts'
import type { Changes } from './write-set.ts'

type SenderKeyState = {
  senderSigningKey?: { private?: { data?: unknown[] | string } }
  senderMessageKeys?: unknown[]
}

/** @returns the changes with each sender key rewritten; the rest as it was */
export function repairSenderKeys(changes: Changes): Changes {
  const keys = changes['sender-key']
  if (!keys) return changes
  const repaired = Object.entries(keys).map(([id, key]) => [id, key && repair(key as Uint8Array)])
  return { ...changes, 'sender-key': Object.fromEntries(repaired) }
}

function repair(key: Uint8Array): Buffer {
  const states = JSON.parse(Buffer.from(key).toString()) as SenderKeyState[]
  for (const state of states) if (isOurOwn(state)) state.senderMessageKeys = []
  return ownBuffer(JSON.stringify(states, BufferJSON.replacer), 'utf8')
}

/** Only our own sender key has the private half of its signing key. */
const isOurOwn = (state: SenderKeyState): boolean => (state.senderSigningKey?.private?.data?.length ?? 0) > 0
