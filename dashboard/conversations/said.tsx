/** What was said in a conversation, oldest first. */
import type { ConversationMessage } from '../api/types.ts'
import { Empty } from '../ui/notice.tsx'
import { Clock, dayOf } from '../ui/time.tsx'

const AUTHORS = { customer: '', agent: '', automatic: 'Automatic', system: 'System' } as const

export const Said = ({ messages }: { messages: ConversationMessage[] }) =>
  messages.length === 0 ? (
    <Empty>Nothing was said yet.</Empty>
  ) : (
    <ol class="messages" aria-label="Messages">
      {messages.map(({ id, direction, author, content, timestamp, status, error }, index) => {
        const day = dayOf(timestamp)
        const before = messages[index - 1]
        return (
          <li key={id} class={direction === 'outbound' ? 'ours' : 'theirs'}>
            {(!before || dayOf(before.timestamp) !== day) && <span class="day">{day}</span>}
            <div class="bubble">
              {AUTHORS[author] && <strong class="sender">{AUTHORS[author]}</strong>}
              <p class="text">{content}</p>
              <p class="meta">
                <Clock at={timestamp} /> {status}
              </p>
              {error && <p class="failed">{error}</p>}
            </div>
          </li>
        )
      })}
    </ol>
  )
