/** Being online, typing, seeing whether somebody is there, and reading. */
import * as z from 'zod'
import { type Message, ofChat } from '#core/message.ts'
import { keyOf } from '#core/message-key.ts'
import { Fault } from '#core/platform/fault.ts'
import { findTarget } from '#core/target.ts'
import { chatParam, done } from './parameters.ts'
import { call } from './route.ts'

const tag = 'Presence'

const setPresence = call({
  method: 'post',
  path: '/presence',
  tag,
  summary: 'Be shown as online or offline',
  body: z.strictObject({ state: z.enum(['online', 'offline']) }).meta({ id: 'OwnPresence' }),
  example: { state: 'online' },
  gives: done,
  run: ({ ask }, { body }) => ask('presence.set', { online: body.state === 'online' }),
})

const typing = call({
  method: 'post',
  path: '/chats/{chatId}/typing',
  tag,
  summary: 'Show that somebody is typing or recording',
  description: 'WhatsApp shows it for some seconds; repeat it for longer. `paused` ends it.',
  params: chatParam,
  body: z
    .strictObject({ state: z.enum(['composing', 'recording', 'paused']).default('composing') })
    .meta({ id: 'Typing' }),
  example: { state: 'composing' },
  gives: done,
  run: async ({ ask, chatOf }, { params, body }) =>
    ask('presence.typing', { chatId: await chatOf(params.chatId), state: body.state }),
})

const presenceOf = call({
  method: 'get',
  path: '/chats/{chatId}/presence',
  tag,
  summary: 'See whether somebody is there',
  description: 'Also subscribes to what changes. Null when the person does not share it.',
  params: chatParam,
  gives: {
    presence: z.object({ state: z.string(), lastSeen: z.iso.datetime().optional() }).nullable(),
  },
  async run({ ask, chatOf }, { params }) {
    const { presence = null } = await ask('presence.of', { chatId: await chatOf(params.chatId) })
    return { presence }
  },
})

/** As many of the newest ones as are looked at when none are named. */
const NEWEST = 50

const read = call({
  method: 'post',
  path: '/chats/{chatId}/read',
  tag: 'Chats',
  summary: 'Mark messages as read',
  description: `Those that are named, or the newest ${NEWEST} of the chat. Their senders see it unless the session’s setting readReceipts or the account’s privacy settings forbid that.`,
  params: chatParam,
  body: z
    .strictObject({ messageIds: z.array(z.string().min(1).max(128)).min(1).max(500).optional() })
    .meta({ id: 'ReadMessages' }),
  example: { messageIds: ['3EB0A1B2C3D4E5F60718'] },
  gives: { read: z.int().meta({ description: 'How many' }) },
  async run({ ask, chatOf, deps, session }, { params, body }) {
    const chatId = await chatOf(params.chatId)
    const messages = await chosen(deps.store, session.id, chatId, body.messageIds)
    const quietly = session.settings.readReceipts === 'never'
    const whole = body.messageIds ? {} : { chatId }
    if (messages.length > 0) await ask('messages.read', { messages: messages.map(keyOf), quietly, ...whole })
    return { read: messages.length }
  },
})

async function chosen(
  store: Parameters<typeof ofChat>[0],
  sessionId: string,
  chatId: string,
  ids: string[] | undefined,
): Promise<Message[]> {
  if (!ids) {
    const { items } = await ofChat(store, sessionId, chatId, { limit: NEWEST })
    return items.filter(({ fromMe }) => !fromMe)
  }
  const named = await Promise.all(ids.map((id) => findTarget(store, sessionId, id)))
  const foreign = named.find((message) => message.chatId !== chatId)
  if (foreign)
    throw new Fault('MESSAGE_NOT_FOUND', 'Message not found', { details: { messageId: foreign.id } })
  return named.filter(({ fromMe }) => !fromMe)
}

const played = call({
  method: 'post',
  path: '/chats/{chatId}/played',
  tag: 'Chats',
  summary: 'Mark sounds and films as played',
  description:
    'Voice notes, audios, videos and what may be seen once. Their senders see it unless the session’s setting readReceipts is `never`.',
  params: chatParam,
  body: z
    .strictObject({ messageIds: z.array(z.string().min(1).max(128)).min(1).max(500) })
    .meta({ id: 'PlayedMessages' }),
  example: { messageIds: ['3EB0A1B2C3D4E5F60718'] },
  gives: { played: z.int().meta({ description: 'How many' }) },
  async run({ ask, chatOf, deps, session }, { params, body }) {
    const chatId = await chatOf(params.chatId)
    const messages = (await chosen(deps.store, session.id, chatId, body.messageIds)).filter(isPlayable)
    const quietly = session.settings.readReceipts === 'never'
    if (messages.length > 0) await ask('messages.played', { messages: messages.map(keyOf), quietly })
    return { played: messages.length }
  },
})

const isPlayable = ({ type, viewOnce }: Message): boolean =>
  viewOnce === true || type === 'audio' || type === 'video'

export const presenceCalls = [setPresence, typing, presenceOf, read, played]
