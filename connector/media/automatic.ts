/** Which of the files that come in are fetched at once, as the session's setting says. */
import type { Media } from '#core/contract/content.ts'
import { isBroadcast, isChannel, isGroup } from '#core/jid.ts'
import type { Settings } from '#core/settings.ts'

type Source = Settings['autoDownload']['from'][number]

/** @param type of the message: `image`, `video` … */
export function isFetchedAtOnce(
  { enabled, kinds, maxSize, from }: Settings['autoDownload'],
  media: Media,
  { type, chatId }: { type: string; chatId: string },
): boolean {
  if (!enabled || !from.includes(sourceOf(chatId))) return false
  return (kinds as string[]).includes(type) && (media.size ?? 0) <= maxSize
}

function sourceOf(chatId: string): Source {
  if (isGroup(chatId)) return 'groups'
  if (isChannel(chatId)) return 'channels'
  return isBroadcast(chatId) ? 'status' : 'chats'
}
