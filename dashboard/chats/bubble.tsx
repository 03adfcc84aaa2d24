/** One message: what it says or holds, when it was said, and how far it got. All of it is text, whatever it looks like. */
import type { Message } from '../api/types.ts'
import { inWords } from '../ui/status.tsx'
import { Clock } from '../ui/time.tsx'
import { File } from './file.tsx'

export function Bubble({ message, showsSender }: { message: Message; showsSender: boolean }) {
  const { sender, from, quoted, text, deletedAt, editedAt, reactions, reason } = message
  return (
    <div class="bubble">
      {showsSender && <strong class="sender">{sender.name ?? sender.phoneNumber ?? from}</strong>}
      {quoted?.text && <blockquote>{quoted.text}</blockquote>}
      {deletedAt ? (
        <p class="quiet">This message was deleted.</p>
      ) : (
        <>
          {message.media && <File media={message.media} type={message.type} />}
          <More message={message} />
          {text && <p class="text">{text}</p>}
        </>
      )}
      {reactions && reactions.length > 0 && (
        <p class="reactions">{reactions.map(({ emoji }) => emoji).join(' ')}</p>
      )}
      <p class="meta">
        {editedAt && 'edited '}
        <Clock at={message.timestamp} /> <State message={message} />
      </p>
      {message.status === 'failed' && <p class="failed">Not sent{reason ? `: ${inWords(reason)}` : ''}</p>}
    </div>
  )
}

/** What is neither text nor file, in short. */
function More({ message: { type, text, location, contacts, poll, event } }: { message: Message }) {
  if (location)
    return (
      <p>
        Location: {location.name} {location.latitude}, {location.longitude}
      </p>
    )
  if (contacts)
    return (
      <p>Contact: {contacts.map(({ name, phoneNumber }) => `${name} ${phoneNumber ?? ''}`).join(', ')}</p>
    )
  if (poll)
    return (
      <ul>
        {poll.options.map((option) => (
          <li key={option}>{option}</li>
        ))}
      </ul>
    )
  if (event) return <p>Event: {event.name}</p>
  if (type === 'waiting') return <p class="quiet">Waiting for this message …</p>
  return text === undefined && type !== 'text' ? <p class="quiet">{inWords(type)}</p> : null
}

const STATES: Partial<Record<Message['status'], [sign: string, name: string]>> = {
  accepted: ['◷', 'Accepted'],
  queued: ['◷', 'Queued'],
  sent: ['◷', 'Sending'],
  server: ['✓', 'Sent'],
  delivered: ['✓✓', 'Delivered'],
  read: ['✓✓', 'Read'],
  played: ['✓✓', 'Played'],
  failed: ['!', 'Failed'],
}

const State = ({ message: { status } }: { message: Message }) => {
  const [sign, name] = STATES[status] ?? []
  return name ? (
    <span class={`state ${status}`} role="img" aria-label={name} title={name}>
      {sign}
    </span>
  ) : null
}
