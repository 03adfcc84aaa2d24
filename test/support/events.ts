/** Events as a connector makes them, for tests; every part can be replaced. */
import { ulid } from 'ulid'
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts, MessageStatus } from '#core/contract/message.ts'
import { iso } from '#core/platform/clock.ts'

export type Line = { id: string; accountId: string }

const base = (line: Line, at: number, id = ulid(at)) => ({
  id,
  sessionId: line.id,
  accountId: line.accountId,
  timestamp: iso(at),
})

export const CAROL = '4915100000003@s.whatsapp.net'

export function facts(over: Partial<MessageFacts> & { at: number }): MessageFacts {
  const { at, ...rest } = over
  return {
    id: `3EB0${ulid(at)}`,
    chatId: CAROL,
    fromMe: false,
    from: '+4915100000003',
    to: '+4915100000001',
    sender: { phoneNumber: '+4915100000003', lid: '900003@lid', name: 'Carol' },
    type: 'text',
    text: 'hello',
    timestamp: iso(Math.floor(at / 1000) * 1000),
    ...rest,
  }
}

export const received = (line: Line, at: number, over: Partial<MessageFacts> = {}, id?: string): Event => ({
  ...base(line, at, id),
  type: 'message.received',
  payload: { message: facts({ at, ...over }) },
})

export const sent = (line: Line, at: number, over: Partial<MessageFacts> = {}, id?: string): Event => ({
  ...base(line, at, id),
  type: 'message.sent',
  payload: {
    message: facts({ at, fromMe: true, from: '+4915100000001', to: '+4915100000003', sender: {}, ...over }),
  },
})

export const messageStatus = (
  line: Line,
  at: number,
  messageId: string,
  status: MessageStatus,
  extra: { reason?: string; participant?: string } = {},
  id?: string,
): Event => ({ ...base(line, at, id), type: 'message.status', payload: { messageId, status, ...extra } })
