/**
 * A message that came in by a webhook, from its storing to the answer. Rules read its order at once, in the same
 * transaction. Where a model shall read it, or so many write to the conversation that its order has to wait, the work
 * goes on behind, and its outcome is waited for as long as the webhook may wait. Whatever happens then, the message is
 * stored, and a repetition gets the answer that was given first.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { NOTHING } from '../order/order.ts'
import { readOrder } from '../order/rules.ts'
import { ttl } from '../platform/clock.ts'
import type { Key } from '../platform/dynamo.ts'
import type { Notes } from '../platform/notes.ts'
import { append } from './append.ts'
import { conclude, readsOrdersOn, repliesOn } from './conclude.ts'
import { channelName, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import type { NewMessage } from './message.ts'
import type { Line } from './plan.ts'
import { record } from './record.ts'
import { answering, find, type Seen } from './seen.ts'
import * as Settings from './settings.ts'
import { automaticNow, settle } from './settle.ts'
import type { Turns } from './turns.ts'

export type Reception = {
  line: Line
  message: NewMessage
  /** Under which it is known whether this was taken in before. */
  key: Key
}

export type Reading = {
  turns: Turns
  /** Hands the message on to whoever asks the model; absent where rules read everything. */
  later: ((key: Key) => Promise<void>) | undefined
  /** How long an answer may take in all, in ms. */
  answerWithin: number
  log: Pick<Notes, 'warn'>
}

/** From when on the sweeper looks at work that nobody finished. */
export const CARED_FOR_AFTER = 60_000
const LOOK_EVERY_MS = 60

/** So many writers were faster: the order is left for after the message is stored. */
const CROWDED = 4

/** @returns the text of the reply, or null for none */
export async function receive(desk: Desk, reception: Reception, reading: Reading): Promise<string | null> {
  const deadline = performance.now() + reading.answerWithin
  const { line, message, key } = reception
  const turn = `${line.accountId} ${channelName(line.channel)} ${line.person.key}`
  const recorded = await reading.turns(turn, () => store(desk, reception, reading.later !== undefined))
  const { answer } = 'repeated' in recorded ? recorded.repeated : recorded.seen
  if (answer !== undefined) return answer
  if (!('repeated' in recorded)) void handOn(desk, key, reading)
  return decision(desk, key, message, deadline)
}

function store(desk: Desk, { line, message, key }: Reception, slowly: boolean) {
  let attempts = 0
  return record(desk, line, message.timestamp, (current, settings) => {
    attempts++
    const reads = readsOrdersOn(settings, line.channel) && message.content.trim() !== ''
    const now = desk.store.now()
    const seen = { key, messageId: message.id, expiresAt: ttl(now, desk.retention.messageSeconds) }
    const name = line.person.name
    if (reads && (slowly || attempts > CROWDED))
      return { messages: [message], name, seen: { ...seen, dueAt: now + CARED_FOR_AFTER } }
    const extraction = reads ? readOrder(message.content) : NOTHING
    const { orderDetails, reply } = conclude(extraction, current, settings, line)
    return {
      messages: reply === null ? [message] : [message, automaticNow(desk, message.id, reply)],
      name,
      orderDetails,
      seen: { ...seen, answer: reply },
    }
  })
}

/**
 * To the model; to the rules here and now where there is none, or its queue does not take the message. Never fails:
 * what is not done, the sweeper does.
 */
async function handOn(desk: Desk, key: Key, { later, log }: Reading): Promise<void> {
  const byRules = (failure?: string) =>
    settle(desk, key, async ({ text }) => ({ extraction: readOrder(text), by: 'rules', failure }), undefined)
  try {
    if (!later) return await byRules()
    await later(key).catch((err: unknown) => {
      log.warn({ err, seen: key.pk }, 'the queue did not take the message; the rules read it')
      return byRules('The model could not be asked.')
    })
  } catch (err) {
    log.warn({ err, seen: key.pk }, 'the message was stored and not understood; the timed job goes on')
  }
}

/** The answer as soon as it is decided; at the deadline, that there is none for now. */
async function decision(desk: Desk, key: Key, message: NewMessage, deadline: number): Promise<string | null> {
  for (;;) {
    const seen = await find(desk.store, key)
    if (!seen) return null
    if (seen.answer !== undefined) return seen.answer
    const reply = seen.reply ?? null
    if (seen.outcomeAt) {
      if (await desk.store.update('main', key, answering(reply, { done: true }).build())) return reply
    } else if (performance.now() >= deadline) {
      const given = await giveUp(desk, seen, message)
      if (given !== 'refused') return given
    } else await pause(LOOK_EVERY_MS)
  }
}

/** What is said when the outcome takes longer; the outcome itself will be sent. */
async function giveUp(desk: Desk, seen: Seen, message: NewMessage): Promise<string | null | 'refused'> {
  const settings = await Settings.read(desk.store, seen.accountId)
  const conversation = { accountId: seen.accountId, id: seen.conversationId }
  let given: string | null = null
  const done = await append(desk, conversation, (current, at) => {
    const text = repliesOn(settings, current.channel) ? settings.templates.later : null
    given =
      statusAt(current, at) === 'active'
        ? Settings.render(text, {
            order: current.orderDetails,
            phoneNumber: current.phoneNumber,
            name: current.name,
          })
        : null
    return {
      messages: given === null ? [] : [automaticNow(desk, message.id, given)],
      others: [
        {
          table: 'main',
          update: { pk: seen.pk, sk: seen.sk },
          set: answering(given, { done: false }).build(),
        },
      ],
    }
  })
  return done === 'refused' ? 'refused' : given
}
