/**
 * The keys that come with messages (of media, polls, events) stand in the message's own item, sealed for the session, so
 * that nobody but its connector can use them. Here they are closed and opened, and with them the older messages that
 * something is about, that are passed on, or that a phone asks for again.
 */
import type { Target } from '#core/contract/content.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import { type Seal, Unreadable } from '#core/device/index.ts'
import { findOutgoing, Message, targetKey } from '#core/message.ts'
import type { Store } from '#core/platform/dynamo.ts'
import type { Log } from '#core/platform/log.ts'
import { type About, decode, encode, encodeMessage, textMessage } from './convert/index.ts'

export type MessageKeys = {
  /** Text that only `about` opens again. */
  seal(message: Uint8Array, messageId: string): string
  /** Undefined when we never saw it, it came without keys, or they were sealed under a master key that is gone. */
  about(target: Target, chatId?: string): Promise<About | undefined>
  /** The same for a message that is at hand. */
  opened(facts: MessageFacts): About | undefined
  /** The message that was opened, as bytes again. */
  encode(about: About): Uint8Array
  /** The encoded content of a message of ours; undefined when nobody knows it any more. */
  encoded(messageId: string): Promise<Uint8Array | undefined>
}

export function messageKeys(store: Store, sessionId: string, seal: Seal, log: Log): MessageKeys {
  const open = (sealed: string, messageId: string): Buffer | undefined => {
    try {
      return seal.open(Buffer.from(sealed, 'base64'), addressOf(messageId))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      log.warn({ sessionId, messageId }, 'the keys of a message do not open any more')
      return
    }
  }
  const opened = (facts: MessageFacts): About | undefined => {
    const message = facts.sealed === undefined ? undefined : open(facts.sealed, facts.id)
    return message && { facts, message: decode(message) }
  }
  return {
    opened,
    encode: ({ message }) => encodeMessage(message),
    seal: (message, messageId) => seal.seal(message, addressOf(messageId)).toString('base64'),

    async about(target, chatId) {
      const facts = await store.get('messages', Message, targetKey(sessionId, target, chatId))
      return facts && opened(facts)
    },

    async encoded(messageId) {
      const message = await findOutgoing(store, sessionId, messageId)
      if (!message || message.deletedAt) return
      if (message.sealed) return open(message.sealed, messageId)
      if (message.type === 'text' && message.text !== undefined) return textMessage(message.text)
      if (message.media || message.poll || message.event || message.target) return
      return encode(message, { to: message.chatId, me: undefined, at: Date.parse(message.timestamp) })
    },
  }
}

const addressOf = (messageId: string): string => `message ${messageId}`
