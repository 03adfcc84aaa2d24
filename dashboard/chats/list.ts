/** The chats of a session, the one with the newest message first; live events move them. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Chat, Event, Page } from '../api/types.ts'
import { useApi, useLoad } from '../api/use.ts'
import { isGroup, isListed } from './ids.ts'

type ChatsPage = { chats: Chat[] } & Page

export function useChats(sessionId: string) {
  const api = useApi()
  const [older, setOlder] = useState<ChatsPage>()
  const path = at`/api/sessions/${sessionId}/chats`
  const first = useLoad(sessionId, (api) => api.get<ChatsPage>(path))
  const cursor = (older ?? first.data)?.nextCursor
  const all = [...(first.data?.chats ?? []), ...(older?.chats ?? [])]

  return {
    loaded: first,
    chats: all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index),
    hasMore: Boolean(cursor),
    async more() {
      if (!cursor) return
      const page = await api.get<ChatsPage>(path, { cursor })
      setOlder((before) => ({ ...page, chats: [...(before?.chats ?? []), ...page.chats] }))
    },
    apply(event: Event) {
      if (/^(chat|contact)\.|^message\.(edited|deleted|removed)$/.test(event.type)) first.reload()
      if (event.type !== 'message.received' && event.type !== 'message.sent') return
      if (!isListed(event.payload.message.chatId)) return
      first.change((page) => ({ ...page, chats: moved([...page.chats, ...(older?.chats ?? [])], event) }))
    },
  }
}

type Said = Extract<Event, { type: 'message.received' | 'message.sent' }>

/** The chat of a new message goes to the top, and is made when there was none. */
export function moved(chats: Chat[], { sessionId, payload: { message } }: Said): Chat[] {
  const { id, chatId, fromMe, type, text, timestamp } = message
  const known = chats.find((chat) => chat.id === chatId)
  if (known?.lastMessage && known.lastMessage.timestamp > timestamp) return chats
  const other = fromMe || isGroup(chatId) ? undefined : message.sender
  const chat: Chat = {
    id: chatId,
    sessionId,
    name: known?.name ?? other?.name ?? null,
    phoneNumber: known?.phoneNumber ?? other?.phoneNumber ?? null,
    lid: known?.lid ?? other?.lid ?? null,
    username: known?.username ?? null,
    isGroup: isGroup(chatId),
    lastMessage: { id, fromMe, type, text, timestamp },
    unreadCount: fromMe ? 0 : (known?.unreadCount ?? 0) + 1,
    isUnread: !fromMe && (known?.isUnread ?? false),
    isArchived: known?.isArchived ?? false,
    isPinned: known?.isPinned ?? false,
    mutedUntil: known?.mutedUntil ?? null,
    disappearingSeconds: known?.disappearingSeconds ?? 0,
  }
  return [chat, ...chats.filter((one) => one !== known)]
}
