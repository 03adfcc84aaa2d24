/**
 * Brings commands of one session to its supervisor, in their order: what was asked of the session takes effect before
 * the messages behind it are taken, and messages that follow each other are taken together.
 */
import type { Request } from '../supervisor/answers.ts'
import type { Outcome, Send } from '../supervisor/outbox.ts'
import type { Received } from './consumer.ts'

export type Recipient = {
  /** Looks at the stored intent and begins to follow it. */
  look(): Promise<void>
  take(commands: Send[]): Promise<Outcome[]>
  answer(request: Request): Promise<void>
}

export async function route(recipient: Recipient, commands: Received[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let sends: Send[] = []
  const takeSends = async () => {
    if (sends.length > 0) outcomes.push(...(await recipient.take(sends)))
    sends = []
  }
  for (const { command, isRepeat } of commands) {
    switch (command.type) {
      case 'session.intent':
        await takeSends()
        await recipient.look()
        outcomes.push('done')
        break
      case 'session.request':
        await recipient.answer({ ...command, isRepeat })
        outcomes.push('done')
        break
      case 'message.send': {
        const { messageId, to, text, acceptedAt, again, recipients } = command
        const content = command.content ?? { type: 'text', text }
        sends.push({ messageId, to, content, acceptedAt, recipients, isRepeat: isRepeat || again })
        break
      }
    }
  }
  await takeSends()
  return inOrder(outcomes)
}

/** What follows a command that has to come again must come again behind it. */
function inOrder(outcomes: Outcome[]): Outcome[] {
  const first = outcomes.indexOf('later')
  return first < 0 ? outcomes : outcomes.map((outcome, index) => (index > first ? 'later' : outcome))
}
