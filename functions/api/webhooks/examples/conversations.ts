/** Examples of what is told of conversations. */
import type { Examples } from './index.ts'
import { AT, SESSION_ID, THEIR_LID, THEIRS } from './people.ts'

const conversation = {
  id: '01KDX2Z9V8Q6N3F4R5T6Y7U8I9',
  channel: { type: 'session' as const, sessionId: SESSION_ID },
  phoneNumber: THEIRS,
  lid: THEIR_LID,
  name: 'Ada',
  status: 'active' as const,
  createdAt: AT,
  lastActivity: AT,
  endsAt: '2026-01-02T12:00:00.000Z',
}
const said = {
  id: '3EB0A1B2C3D4E5F6A7B8C9',
  type: 'text' as const,
  direction: 'inbound' as const,
  author: 'customer' as const,
  content: 'I need 5 units of Product A',
}
const ended = { ...conversation, endsAt: AT }

export const CONVERSATIONS: Examples<'conversation'> = {
  'conversation.started': { conversation, messages: [said] },
  'conversation.updated': { conversation, messages: [said], changed: [] },
  'conversation.merged': { conversation, mergedId: '01KDX2Z9V8Q6N3F4R5T6Y7U8J0' },
  'conversation.completed': { conversation: { ...ended, status: 'completed' } },
  'conversation.expired': { conversation: { ...ended, status: 'expired' } },
  'conversation.order': {
    conversation,
    orderDetails: { items: [{ product: 'Product A', quantity: 5, unit: 'units' }] },
  },
}
