/** What was said before this session was linked, or before the oldest message that is known here. */
import * as z from 'zod'
import { oldestOf } from '#core/message.ts'
import { keyOf } from '#core/message-key.ts'
import { Fault } from '#core/platform/fault.ts'
import { chatParam } from './parameters.ts'
import { call } from './route.ts'

/** As WhatsApp Web itself asks for. */
const MOST = 50

const fetch = call({
  method: 'post',
  path: '/chats/{chatId}/history',
  tag: 'Chats',
  summary: 'Fetch older messages from the phone',
  description:
    'Asks the phone for what was said before the oldest message that is known here. The phone answers when it is online: the messages stand in the chat then, and the event `history.synced` with the same `requestId` tells of it. Nothing becomes unread by it, and nobody is told of the single messages.',
  params: chatParam,
  body: z.strictObject({ count: z.int().min(1).max(MOST).default(MOST) }).meta({ id: 'HistoryRequest' }),
  example: { count: 50 },
  gives: {
    requestId: z.string(),
    before: z.string().meta({ description: 'The oldest message known so far' }),
  },
  async run({ ask, chatOf, deps, session }, { params, body }) {
    const chatId = await chatOf(params.chatId)
    const oldest = await oldestOf(deps.store, session.id, chatId)
    if (!oldest)
      throw new Fault('MESSAGE_NOT_FOUND', 'No message of this chat is known to go back from.', {
        details: { chatId },
      })
    const { requestId } = await ask('history.fetch', { count: body.count, oldest: keyOf(oldest) })
    return { requestId, before: oldest.id }
  },
})

export const historyCalls = [fetch]
