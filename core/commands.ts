/** The commands that follow from what is stored, so that whoever carries one again asks for the very same thing. */
import type { Command } from './contract/command.ts'
import { Content, isPlain } from './contract/content.ts'
import type { Message } from './message.ts'

/** What asks the connector for a message of the ledger. `again`: it may have been asked for before. */
export function sendCommand(message: Message, again: boolean): Command {
  const { id, chatId, text = '', times, timestamp, recipients } = message
  const content = Content.parse(message)
  return {
    type: 'message.send',
    messageId: id,
    to: chatId,
    text,
    ...(isPlain(content) ? {} : { content }),
    ...(recipients ? { recipients } : {}),
    acceptedAt: times.accepted ?? timestamp,
    again,
  }
}
