/** One chat: what was said, who is typing, and the place to write. */
import { useEffect, useRef } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Message, SessionDetails } from '../api/types.ts'
import { useAction } from '../api/use.ts'
import { hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Shown } from '../ui/notice.tsx'
import { dayOf } from '../ui/time.tsx'
import { Bubble } from './bubble.tsx'
import { Composer } from './composer.tsx'
import { isGroup } from './ids.ts'
import type { useThread } from './thread.ts'

export function ThreadView({
  session,
  chatId,
  title,
  thread,
  typing,
  unread,
  onRead,
}: {
  session: SessionDetails
  chatId: string
  title: string
  thread: ReturnType<typeof useThread>
  typing: string | undefined
  /** Messages that the other side does not see as read yet. */
  unread: number
  onRead: () => void
}) {
  const { messages } = thread
  const read = useAction(async (api) => {
    await api.post(at`/api/sessions/${session.id}/chats/${chatId}/read`, {})
    onRead()
  })
  return (
    <section class="thread" aria-label={`Chat with ${title}`}>
      <header class="row">
        <a class="back" href={hrefOf('sessions', session.id, 'chats')}>
          ← Chats
        </a>
        <h2>{title}</h2>
        <span class="typing" role="status">
          {typing && `${typing} …`}
        </span>
        {unread > 0 && session.status === 'connected' && (
          <Button isBusy={read.isBusy} onPress={() => void read.run()}>
            Mark as read
          </Button>
        )}
      </header>
      <Shown of={thread.loaded}>
        {() => (
          <Scroller newest={messages.at(-1)}>
            {thread.hasMore && <Button onPress={() => void thread.more()}>Earlier messages</Button>}
            <Messages messages={messages} isGroup={isGroup(chatId)} />
          </Scroller>
        )}
      </Shown>
      <Composer session={session} chatId={chatId} onSent={(message) => thread.take([message])} />
    </section>
  )
}

/** Follows the newest message, unless somebody reads further up. */
function Scroller({ newest, children }: { newest: Message | undefined; children: preact.ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  useEffect(() => {
    const element = place.current
    if (element && (follows.current || newest?.fromMe)) element.scrollTop = element.scrollHeight
  }, [newest?.id])
  return (
    <div
      ref={place}
      class="scroller"
      role="log"
      aria-label="Messages"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 80
      }}
    >
      {children}
    </div>
  )
}

const Messages = ({ messages, isGroup }: { messages: Message[]; isGroup: boolean }) => (
  <ol class="messages">
    {messages.map((message, index) => {
      const day = dayOf(message.timestamp)
      const before = messages[index - 1]
      return (
        <li key={`${message.fromMe} ${message.id}`} class={message.fromMe ? 'ours' : 'theirs'}>
          {(!before || dayOf(before.timestamp) !== day) && <span class="day">{day}</span>}
          <Bubble message={message} showsSender={isGroup && !message.fromMe} />
        </li>
      )
    })}
  </ol>
)
