/** The chats of a session beside the one that is open. On a narrow screen one sees the one or the other. */
import { useState } from 'preact/hooks'
import type { Chat, Event, SessionDetails } from '../api/types.ts'
import { useLive } from '../live.ts'
import { go, hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Empty, Shown } from '../ui/notice.tsx'
import { inWords } from '../ui/status.tsx'
import { Clock } from '../ui/time.tsx'
import { chatIdOf, titleOf } from './ids.ts'
import { useChats } from './list.ts'
import { useThread } from './thread.ts'
import { ThreadView } from './thread-view.tsx'
import { useTyping } from './typing.ts'

type Line = { session: SessionDetails; chatId: string | undefined }

export const Chats = ({ session, chatId }: Line) =>
  chatId ? (
    <WithThread key={chatId} session={session} chatId={chatIdOf(chatId)} />
  ) : (
    <WithoutThread session={session} />
  )

function WithoutThread({ session }: { session: SessionDetails }) {
  const list = useChats(session.id)
  useLive([session.id], ['message.*', 'chat.*', 'contact.*'], {
    onEvent: list.apply,
    onFresh: list.loaded.reload,
  })
  return (
    <div class="chats">
      <List session={session} list={list} open={undefined} />
      <div class="thread none">
        <Empty>Choose a chat, or write to a number.</Empty>
      </div>
    </div>
  )
}

function WithThread({ session, chatId }: { session: SessionDetails; chatId: string }) {
  const list = useChats(session.id)
  const thread = useThread(session.id, chatId)
  const typing = useTyping(session.id, chatId, session.status === 'connected')
  const parts = [list, thread, typing]
  useLive(
    [session.id],
    ['message.*', 'chat.*', 'contact.*', 'poll.vote', 'event.response', 'presence.update'],
    {
      onEvent(event: Event) {
        for (const part of parts) part.apply(event)
      },
      onFresh() {
        list.loaded.reload()
        thread.loaded.reload()
      },
    },
  )
  const chat = list.chats.find(({ id }) => id === chatId)
  return (
    <div class="chats open">
      <List session={session} list={list} open={chatId} />
      <ThreadView
        session={session}
        chatId={chatId}
        title={titleOf(chat, chatId)}
        thread={thread}
        typing={typing.what}
        unread={chat?.unreadCount ?? 0}
        onRead={list.loaded.reload}
      />
    </div>
  )
}

function List({
  session,
  list,
  open,
}: {
  session: SessionDetails
  list: ReturnType<typeof useChats>
  open: string | undefined
}) {
  return (
    <section class="chat-list" aria-label="Chats">
      <NewChat sessionId={session.id} />
      <Shown of={list.loaded}>
        {() =>
          list.chats.length === 0 ? (
            <Empty>Nothing was said yet.</Empty>
          ) : (
            <ul>
              {list.chats.map((chat) => (
                <li key={chat.id}>
                  <Entry chat={chat} isOpen={chat.id === open} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {list.hasMore && <Button onPress={() => void list.more()}>More chats</Button>}
    </section>
  )
}

function Entry({ chat, isOpen }: { chat: Chat; isOpen: boolean }) {
  const { lastMessage: last, unreadCount, isUnread } = chat
  return (
    <a href={hrefOf('sessions', chat.sessionId, 'chats', chat.id)} aria-current={isOpen ? 'true' : undefined}>
      <strong>{titleOf(chat, chat.id)}</strong>
      {last && <Clock at={last.timestamp} />}
      <span class="preview">
        {last?.fromMe && 'You: '}
        {last && (last.isDeleted ? 'Deleted' : (last.text ?? inWords(last.type)))}
      </span>
      {(unreadCount > 0 || isUnread) && (
        <span class="unread" title="Unread">
          {unreadCount || '•'}
          <span class="hidden"> unread</span>
        </span>
      )}
    </a>
  )
}

function NewChat({ sessionId }: { sessionId: string }) {
  const [number, setNumber] = useState('')
  return (
    <Form
      className="row new-chat"
      label="New chat"
      onSubmit={() => {
        go('sessions', sessionId, 'chats', chatIdOf(number))
        setNumber('')
      }}
    >
      <Field
        label="Number to write to"
        isLabelHidden
        type="tel"
        value={number}
        onChange={setNumber}
        placeholder="Number, with country code"
        required
      />
      <Button submits>Write</Button>
    </Form>
  )
}
