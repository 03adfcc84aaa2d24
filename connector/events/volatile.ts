/** What is told at the moment and not stored: that a code waits to be scanned, who is there, who types. */
import type { Event } from '#core/contract/event.ts'
import { chatIdOfPerson, GROUP_SERVER } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import { addressOfPerson, type Directory, personOf } from '../convert/identity.ts'
import type { Presence } from '../socket/index.ts'

export type Volatile =
  | Pick<Extract<Event, { type: 'session.qr' }>, 'type' | 'payload'>
  | Pick<Extract<Event, { type: 'presence.update' }>, 'type' | 'payload'>

/** @param expiresAt ms since 1970 */
export const qrShown = (expiresAt: number): Volatile => ({
  type: 'session.qr',
  payload: { expiresAt: iso(expiresAt) },
})

/** Undefined for what is no chat of ours. Baileys tells `lastSeen` in seconds. */
export function presenceShown(
  { chat, participant, state, lastSeen }: Presence,
  directory: Directory,
): Volatile | undefined {
  const chatId = chat.endsWith(`@${GROUP_SERVER}`) ? chat : chatIdOfPerson(personOf([chat], directory))
  const who = personOf([participant], directory)
  if (!chatId || !chatIdOfPerson(who)) return
  return {
    type: 'presence.update',
    payload: {
      chatId,
      participant: addressOfPerson(who),
      state,
      ...(lastSeen ? { lastSeen: iso(lastSeen * 1_000) } : {}),
    },
  }
}
