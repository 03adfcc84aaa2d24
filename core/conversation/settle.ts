/**
 * The end of slow work on a message: its order goes into the conversation, once, and the reply to the person. Whoever
 * is still waiting with an open webhook gives the reply; otherwise it is sent. What went wrong stands in the
 * conversation as a message of the system; the customer's message was stored long before.
 */
import type { Outcome, Request } from '../order/extractor.ts'
import { iso } from '../platform/clock.ts'
import type { Key } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import { append } from './append.ts'
import { conclude } from './conclude.ts'
import { type Conversation, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { type Message, message, type NewMessage, systemMessage } from './message.ts'
import type { Outbound } from './outbound.ts'
import { AGAIN, persistently } from './persistently.ts'
import { living, messageAt } from './read.ts'
import { answering, concluding, find, type Seen } from './seen.ts'
import * as Settings from './settings.ts'

export type Read = (request: Request) => Promise<Outcome>

/** Repeating it is safe. `outbound` is how late replies leave; without it they are noted and not sent. */
export async function settle(
  desk: Desk,
  key: Key,
  read: Read,
  outbound: Outbound | undefined,
): Promise<void> {
  const seen = await find(desk.store, key)
  if (!seen || seen.outcomeAt) return
  const conversation = await living(desk.store, seen.accountId, seen.conversationId)
  const asked = await messageAt(desk.store, seen)
  if (!asked) return
  const settings = await Settings.read(desk.store, seen.accountId)
  const outcome = await read({
    accountId: seen.accountId,
    text: asked.content,
    current: conversation.orderDetails,
  })
  await persistently(async () => {
    const now = await find(desk.store, key)
    if (!now || now.outcomeAt) return
    const late = await put(desk, conversation, now, { outcome, settings, outbound, asked })
    if (late === 'refused') return AGAIN
    if (late !== null && outbound) await sendLate(desk, conversation, now, late, outbound)
    return
  })
}

type Known = {
  outcome: Outcome
  settings: Settings.ConversationSettings
  outbound: Outbound | undefined
  asked: Message
}

/** @returns the reply that is left to be sent, or null; 'refused' when the answer was decided meanwhile */
async function put(
  desk: Desk,
  conversation: Conversation,
  seen: Seen,
  { outcome, settings, outbound, asked }: Known,
): Promise<string | null | 'refused'> {
  const answered = seen.answer !== undefined
  let late: string | null = null
  const done = await append(desk, conversation, (current, at) => {
    const { orderDetails, reply } = conclude(outcome.extraction, current, settings, {
      channel: current.channel,
      person: { phoneNumber: current.phoneNumber, name: current.name },
    })
    const wanted = statusAt(current, at) === 'active' ? reply : null
    const obstacle =
      answered && wanted ? (outbound ? outbound.obstacle(current)?.message : NO_WAY_OUT) : undefined
    late = answered && !obstacle ? wanted : null
    const note = (text: string, metadata = {}) =>
      systemMessage(desk.newEventId(), at, text, { about: asked.id, ...metadata })
    const messages: NewMessage[] = [
      ...(outcome.failure ? [note(`${outcome.failure} The rules engine read the message instead.`)] : []),
      ...(obstacle ? [note(`The reply was not sent. ${obstacle}`, { reply: wanted })] : []),
      ...(!answered && wanted ? [automatic(asked.id, wanted, at)] : []),
    ]
    return {
      messages,
      orderDetails,
      extractionFailed: outcome.failure !== undefined,
      others: [
        {
          table: 'main',
          update: { pk: seen.pk, sk: seen.sk },
          set: concluding(at, wanted, { answered }).build(),
        },
      ],
    }
  })
  return done === 'refused' ? 'refused' : late
}

/** The webhook ended before it could give the reply that was ready: it is sent instead. */
export async function finish(desk: Desk, seen: Seen, outbound: Outbound | undefined): Promise<void> {
  const reply = seen.reply ?? null
  const isOurs = await desk.store.update(
    'main',
    { pk: seen.pk, sk: seen.sk },
    answering(reply, { done: true }).build(),
  )
  if (!isOurs || reply === null || !outbound) return
  const conversation = await living(desk.store, seen.accountId, seen.conversationId)
  await sendLate(desk, conversation, seen, reply, outbound)
}

const NO_WAY_OUT = 'No way to send it is configured.'

/** The template's reply to a message; its id follows from the message's. */
export const automatic = (askedId: string, content: string, timestamp: string): NewMessage =>
  message({ id: `reply-${askedId}`, content, direction: 'outbound', author: 'automatic', timestamp })

async function sendLate(
  desk: Desk,
  conversation: Conversation,
  seen: Seen,
  text: string,
  outbound: Outbound,
): Promise<void> {
  try {
    await outbound.reply(conversation, { text, key: `reply ${seen.pk}`, author: 'automatic' })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    await append(desk, conversation, (_, at) => ({
      messages: [
        systemMessage(desk.newEventId(), at, `The reply was not sent. ${error.message}`, { reply: text }),
      ],
    }))
  }
}

export const automaticNow = (desk: Desk, askedId: string, content: string): NewMessage =>
  automatic(askedId, content, iso(desk.store.now()))
