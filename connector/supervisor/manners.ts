/**
 * How a session behaves by itself, as its settings say: how much is logged of it, whether it is shown as online, marks
 * what comes as read, and rejects calls. It acts on what is stored already, while the connection is open; nothing that
 * fails here holds up a message, and an answer to a caller stands in the ledger before it is sent, once for each call.
 */
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import { chatIdOfPerson, isPerson, jidOfPerson } from '#core/jid.ts'
import { keyOf } from '#core/message-key.ts'
import type { Clock } from '#core/platform/clock.ts'
import { messageIdOf } from '#core/platform/id.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import type { Connection } from '../socket/index.ts'

/** A call that is older is over. */
const RINGS_MS = 60_000

export type MannersParts = {
  session(): Session
  /** The present connection, while it is open. */
  opened(): Connection | undefined
  /** Accepts a text and sends it; nothing when it was accepted before. */
  write(messageId: string, chatId: string, text: string): Promise<void>
  now: Clock
  /** Its level follows the session's settings, and is otherwise this one. */
  log: Log
  baseLevel: string
}

export class Manners {
  readonly #parts: MannersParts
  #isShownOnline = false

  constructor(parts: MannersParts) {
    this.#parts = parts
  }

  /** A connection is open; WhatsApp has forgotten what was shown. */
  opened(): void {
    this.#isShownOnline = false
    this.follow()
  }

  /** The settings may have changed. */
  follow(): void {
    const { session, opened, log, baseLevel } = this.#parts
    const { markOnline: online, debug } = session().settings
    log.level = debug ? 'debug' : baseLevel
    const connection = opened()
    if (!connection || online === this.#isShownOnline) return
    this.#isShownOnline = online
    this.#try('presence', connection.ask('presence.set', { online }))
  }

  /** Events that have just been stored. */
  react(events: Event[]): void {
    const { readReceipts, autoRejectCalls } = this.#parts.session().settings
    if (readReceipts === 'always') this.#read(events.flatMap(receivedIn))
    if (autoRejectCalls.enabled)
      for (const event of events)
        if (event.type === 'call.received') this.#reject(event, autoRejectCalls.reply)
  }

  #read(messages: MessageFacts[]): void {
    const connection = this.#parts.opened()
    if (!connection || messages.length === 0) return
    this.#try('read receipts', connection.ask('messages.read', { messages: messages.map(keyOf) }))
  }

  #reject(
    { payload, timestamp }: Extract<Event, { type: 'call.received' }>,
    reply: string | undefined,
  ): void {
    const { opened, now, write } = this.#parts
    const { id: callId, caller, groupId } = payload.call
    const from = jidOfPerson(caller) ?? ''
    const connection = opened()
    if (!connection || !isPerson(from) || now() - Date.parse(timestamp) > RINGS_MS) return
    this.#try('rejecting a call', connection.ask('call.reject', { callId, from }))
    const chatId = chatIdOfPerson(caller) ?? from
    const messageId = messageIdOf(this.#parts.session().id, `call ${callId}`)
    if (reply && !groupId) this.#try('answering a call', write(messageId, chatId, reply))
  }

  #try(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#parts.log.warn({ err: error, what }, 'not done by itself'))
  }
}

const receivedIn = (event: Event): MessageFacts[] =>
  event.type === 'message.received' ? [event.payload.message] : []
