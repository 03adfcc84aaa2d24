/** What was said in a chat, oldest first, kept up to date by live events. States of messages never step back here either. */
import { useEffect, useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Event, Message, Page } from '../api/types.ts'
import { useApi, useLoad } from '../api/use.ts'

type MessagesPage = { messages: Message[] } & Page
const ORDER = ['accepted', 'queued', 'failed', 'sent', 'server', 'delivered', 'read', 'played', 'received']

/** @param chatId WhatsApp's id */
export function useThread(sessionId: string, chatId: string) {
  const api = useApi()
  const [known, setKnown] = useState<Message[]>([])
  const [older, setOlder] = useState<string | null>()
  const path = at`/api/sessions/${sessionId}/chats/${chatId}/messages`
  const newest = useLoad(path, (api) => api.get<MessagesPage>(path))
  const take = (messages: Message[]) => setKnown((before) => merged(before, messages))

  useEffect(() => {
    if (newest.data) take(newest.data.messages.toReversed())
  }, [newest.data])
  const cursor = older === undefined ? newest.data?.nextCursor : older

  return {
    loaded: newest,
    messages: known,
    take,
    hasMore: Boolean(cursor),
    async more() {
      if (!cursor) return
      const page = await api.get<MessagesPage>(path, { cursor })
      take(page.messages.toReversed())
      setOlder(page.nextCursor)
    },
    apply(event: Event) {
      const chat = chatOf(event)
      if (chat !== chatId && (chat !== undefined || event.type !== 'message.status')) return
      const next = applied(known, event)
      if (next) setKnown((before) => applied(before, event) ?? before)
      else newest.reload()
    },
  }
}

function chatOf({ payload }: Event): string | undefined {
  if ('message' in payload) return payload.message.chatId
  return 'chatId' in payload ? payload.chatId : undefined
}

/** Undefined when it takes the API to know what is to be shown: a file's address, what became of a poll. */
export function applied(messages: Message[], event: Event): Message[] | undefined {
  if (event.type === 'message.status') {
    const { messageId: id, status, participant, reason } = event.payload
    // In a group each member reads for himself; what counts for all, the API knows.
    if (participant && event.payload.chatId?.endsWith('@g.us')) return
    return messages.map((one) =>
      one.id === id && one.fromMe ? further(one, { ...one, status, reason }) : one,
    )
  }
  if (event.type === 'presence.update') return messages
  if (event.type === 'chat.cleared' || event.type === 'chat.deleted') {
    const { upTo = event.timestamp } = event.payload
    return messages.filter(({ timestamp }) => timestamp > upTo)
  }
  if (event.type === 'message.removed') {
    const { messageId, fromMe } = event.payload.target
    return messages.filter((one) => one.id !== messageId || one.fromMe !== fromMe)
  }
  if (event.type !== 'message.received' && event.type !== 'message.sent') return
  const { message } = event.payload
  if (message.type !== 'text') return
  const status = message.fromMe ? ('server' as const) : ('received' as const)
  return merged(messages, [{ ...message, media: undefined, status }])
}

/** Each message once, by the second in which it was said; within one, in the order in which they came. */
export function merged(before: Message[], news: Message[]): Message[] {
  const all = new Map(before.map((message) => [nameOf(message), message]))
  for (const message of news) {
    const known = all.get(nameOf(message))
    all.set(nameOf(message), known ? further(known, message) : message)
  }
  return [...all.values()].sort((one, other) => one.timestamp.localeCompare(other.timestamp))
}

/** Two lines of ours that write to each other share ids. */
const nameOf = ({ id, fromMe }: Message): string => `${fromMe} ${id}`

const further = (known: Message, news: Message): Message => ({
  ...known,
  ...news,
  status: ORDER.indexOf(news.status) >= ORDER.indexOf(known.status) ? news.status : known.status,
})
