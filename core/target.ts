/**
 * Messages that others refer to: what is answered, reacted to, changed, passed on. They are found by their WhatsApp id
 * among those of the session, sent or received.
 */
import { type Content, isDeed, type Quoted, type Target } from './contract/content.ts'
import { findAll, isTime, type Message } from './message.ts'
import type { Store } from './platform/dynamo.ts'
import { Fault } from './platform/fault.ts'

/** Undefined also for a message that only changes another one. */
export async function seek(store: Store, sessionId: string, messageId: string): Promise<Message | undefined> {
  const found = await findAll(store, messageId)
  return found.find((one) => one.sessionId === sessionId && !isDeed(one))
}

/** @throws Fault MESSAGE_NOT_FOUND also for a message that only changes another one */
export async function findTarget(store: Store, sessionId: string, messageId: string): Promise<Message> {
  const message = await seek(store, sessionId, messageId)
  if (!message) throw new Fault('MESSAGE_NOT_FOUND', 'Message not found', { details: { messageId } })
  return message
}

export const targetOf = ({ id, fromMe, sender }: Message): Target => ({
  messageId: id,
  fromMe,
  ...(fromMe ? {} : { sender: { ...sender, name: undefined } }),
})

/** What cannot be done with it, and why, as a sentence that can be shown. */
export const unusable = ({ id, type }: Message, why: string): Fault =>
  new Fault('MESSAGE_NOT_USABLE', why, { details: { messageId: id, type } })

/**
 * @param at when something is done with it, in ms
 * @throws Fault MESSAGE_NOT_USABLE for one of ours that will not have left by then: nobody could know what is meant
 */
export function assertSent(message: Message, at: number): void {
  if (message.status === 'failed') throw unusable(message, 'It was never sent.')
  if (message.fromMe && message.status === 'accepted' && !isTime(message, at))
    throw unusable(message, 'It is to be sent later; until then it can only be taken back.')
}

/** The same for what has to be there still. @throws Fault MESSAGE_NOT_USABLE */
export function assertThere(message: Message, at: number): void {
  if (message.deletedAt) throw unusable(message, 'It was deleted.')
  assertSent(message, at)
}

/** Characters of the quoted text that go along with an answer. */
const QUOTED = 500

/** @param chatId of the answer */
export const quoteOf = (message: Message, chatId: string): Quoted => ({
  ...targetOf(message),
  type: message.type,
  ...(message.chatId === chatId ? {} : { chatId: message.chatId }),
  ...(message.text === undefined ? {} : { text: message.text.slice(0, QUOTED).toWellFormed() }),
})

/** Kinds that make sense again, elsewhere. */
const PASSED_ON = new Set([
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contact',
  'poll',
  'event',
])

/**
 * The same content, to be sent to somebody else, marked as forwarded.
 * @throws Fault MESSAGE_NOT_USABLE when it was deleted, may be seen once only, or is of a kind that cannot be passed on
 */
export function passedOn(message: Message): Content {
  const { type, text, linkPreview, media, location, contacts, poll, event, mentions } = message
  const why = message.deletedAt
    ? 'It was deleted.'
    : message.viewOnce
      ? 'It may be seen only once.'
      : PASSED_ON.has(type) && (media === undefined || media.state === 'stored')
        ? undefined
        : 'Its content is not at hand, or not of a kind that can be passed on.'
  if (why) throw unusable(message, `The message cannot be forwarded. ${why}`)
  const forwarded = (message.forwarded ?? 0) + (message.fromMe ? 0 : 1)
  const content: Content = { type, text, linkPreview, media, location, contacts, poll, event, mentions }
  return { ...content, ...(forwarded > 0 ? { forwarded } : {}) }
}
