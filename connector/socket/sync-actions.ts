/**
 * Chats that are cleared or deleted on another device. Baileys tells nobody of the one, and of the other not up to when.
 * It names each action of app state to its logger before it looks at it, in the turn in which it tells of all others, so
 * the logger that it gets here listens; test/regressions/app-state.test.ts fails when a release does not do so any more.
 */
import type { ChatMutation, SocketConfig } from '@whiskeysockets/baileys'
import { iso } from '#core/platform/clock.ts'
import type { Synced } from './synced.ts'

type Logger = SocketConfig['logger']
/** As Baileys writes it. */
const SENTENCE = 'processing sync action'

/** @returns the logger to give to Baileys; what happened before the device was linked is left out */
export function hearing(logger: Logger, hear: (changes: Synced[]) => void): Logger {
  const listening: Logger = {
    ...logger,
    child: () => listening,
    trace(about, sentence) {
      if (sentence !== SENTENCE) return
      const { syncAction, initialSync } = about as { syncAction: ChatMutation; initialSync: boolean }
      const changes = initialSync ? [] : changesIn(syncAction)
      if (changes.length > 0) hear(changes)
    },
  }
  return listening
}

function changesIn({ syncAction: { value }, index: [, jid] }: ChatMutation): Synced[] {
  const { clearChatAction, deleteChatAction } = value ?? {}
  const range = (clearChatAction ?? deleteChatAction)?.messageRange
  if (!jid || !(clearChatAction ?? deleteChatAction)) return []
  const last = Number(range?.lastMessageTimestamp ?? 0)
  return [
    {
      what: 'chat',
      jid,
      ...(clearChatAction ? { cleared: true } : { deleted: true }),
      ...(last > 0 ? { upTo: iso(last * 1_000 + 999) } : {}),
    },
  ]
}
