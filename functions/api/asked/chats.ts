/** What the devices of one person keep in step about a chat: archived, pinned, muted, unread, cleared, starred. */
import * as z from 'zod'
import type { MessageKey } from '#core/contract/request.ts'
import { isChannel } from '#core/jid.ts'
import { type Message, ofChat } from '#core/message.ts'
import { keyOf } from '#core/message-key.ts'
import { findTarget, unusable } from '#core/target.ts'
import { chatParam, done } from './parameters.ts'
import { type Asking, call } from './route.ts'

const tag = 'Chats'

/** WhatsApp wants to know from the newest message on. */
async function newest({ deps, session }: Asking, chatId: string): Promise<MessageKey[]> {
  const { items } = await ofChat(deps.store, session.id, chatId, { limit: 1 })
  return items.map(keyOf)
}

/** @throws Fault MESSAGE_NOT_FOUND; MESSAGE_NOT_USABLE for a post in a channel, of which our devices keep nothing in step */
async function inChat({ deps, session }: Asking, messageId: string): Promise<Message> {
  const message = await findTarget(deps.store, session.id, messageId)
  if (isChannel(message.chatId)) throw unusable(message, 'This cannot be done to posts in channels.')
  return message
}

const change = call({
  method: 'patch',
  path: '/chats/{chatId}',
  tag,
  summary: 'Archive, pin, mute or mark a chat',
  description: 'On all devices of the number.',
  params: chatParam,
  body: z
    .strictObject({
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      mutedUntil: z.iso.datetime().nullish().meta({ description: 'Null unmutes' }),
      unread: z.boolean().optional(),
      disappearingSeconds: z.literal([0, 86_400, 604_800, 7_776_000]).optional(),
    })
    .refine((body) => Object.values(body).some((value) => value !== undefined), 'must change something')
    .meta({ id: 'ChatChange' }),
  example: { archived: true },
  gives: done,
  async run(asking, { params, body }) {
    const chatId = await asking.chatOf(params.chatId)
    const { disappearingSeconds, ...changes } = body
    if (Object.values(changes).some((value) => value !== undefined))
      await asking.ask('chat.change', { chatId, ...changes, lastMessages: await newest(asking, chatId) })
    if (disappearingSeconds !== undefined)
      await asking.ask('chat.disappearing', { chatId, seconds: disappearingSeconds })
    return {}
  },
})

const clear = call({
  method: 'post',
  path: '/chats/{chatId}/clear',
  tag,
  summary: 'Clear a chat on the phone',
  description:
    'Takes its messages off the phone, the other devices and the chat here. Each can still be read by its id, until it expires.',
  params: chatParam,
  gives: done,
  async run(asking, { params }) {
    const chatId = await asking.chatOf(params.chatId)
    return asking.ask('chat.change', { chatId, cleared: true, lastMessages: await newest(asking, chatId) })
  },
})

const remove = call({
  method: 'delete',
  path: '/chats/{chatId}',
  tag,
  summary: 'Delete a chat on the phone',
  description:
    'Takes it off the phone, the other devices and the list here, with its messages. Each can still be read by its id, until it expires.',
  params: chatParam,
  gives: done,
  async run(asking, { params }) {
    const chatId = await asking.chatOf(params.chatId)
    return asking.ask('chat.change', { chatId, deleted: true, lastMessages: await newest(asking, chatId) })
  },
})

const starring = (method: 'put' | 'delete') =>
  call({
    method,
    path: '/messages/{messageId}/star',
    tag: 'Messages',
    summary: method === 'put' ? 'Star a message' : 'Take the star off a message',
    params: { messageId: z.string() },
    gives: done,
    async run(asking, { params }) {
      const message = await inChat(asking, params.messageId)
      const { chatId } = message
      return asking.ask('messages.star', { chatId, messages: [keyOf(message)], star: method === 'put' })
    },
  })

const removeMessage = call({
  method: 'delete',
  path: '/messages/{messageId}',
  tag: 'Messages',
  summary: 'Delete a message for ourselves',
  description:
    'Takes it off our phone and its other devices, whoever wrote it; nobody else notices. It leaves the chat here, too; it can still be read by its id, with `removedAt`, until it expires. For everyone: `DELETE /api/messages/{messageId}`.',
  params: { messageId: z.string() },
  gives: done,
  async run(asking, { params }) {
    const message = await inChat(asking, params.messageId)
    return asking.ask('messages.remove', { chatId: message.chatId, messages: [keyOf(message)] })
  },
})

export const chatCalls = [change, clear, remove, starring('put'), starring('delete'), removeMessage]
