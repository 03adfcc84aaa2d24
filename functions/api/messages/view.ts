/** How a message is shown. */
import * as z from 'zod'
import { MessageFacts, MessageStatus } from '#core/contract/event.ts'
import { historyOf, type Message } from '#core/message.ts'

const { id, chatId, fromMe, from, to, sender, type, text, timestamp } = MessageFacts.shape

export const MessageView = z
  .object({
    id: id.meta({ description: 'The WhatsApp message id' }),
    sessionId: z.string(),
    chatId: chatId.meta({ description: 'Canonical jid of the chat' }),
    fromMe,
    from,
    to,
    sender,
    type,
    text,
    timestamp: timestamp.meta({ description: 'When it was accepted here, or sent by the other side' }),
    status: z.enum([...MessageStatus.options, 'received']),
    createdAt: z.iso.datetime(),
    reason: z.string().optional().meta({ description: 'Why it failed' }),
  })
  .meta({ id: 'Message' })

export const MessageRecord = MessageView.extend({
  history: z.array(z.object({ status: MessageStatus, at: z.iso.datetime() })),
}).meta({ id: 'MessageRecord' })

export const EXAMPLE = {
  id: '3EB0C767D097B7C7F1A2B3',
  sessionId: '5bc99cea8975b95fe7077c64a3312145',
  chatId: '4915123456789@s.whatsapp.net',
  fromMe: true,
  from: '+4915198765432',
  to: '+4915123456789',
  sender: { phoneNumber: '+4915198765432' },
  type: 'text',
  text: 'Hello!',
  timestamp: '2026-01-01T12:00:00.000Z',
  status: 'accepted',
  createdAt: '2026-01-01T12:00:00.000Z',
}

export function viewOf(message: Message): z.infer<typeof MessageView> {
  const { accountId: _, times, waitSk: __, reason, ...shown } = message
  const failure = shown.status === 'failed' && reason !== undefined ? { reason } : {}
  return { ...shown, createdAt: times.accepted ?? shown.timestamp, ...failure }
}

export const recordOf = (message: Message): z.infer<typeof MessageRecord> => ({
  ...viewOf(message),
  history: historyOf(message.times),
})
