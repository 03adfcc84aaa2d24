/**
 * Votes and answers to events are encrypted once more, under a secret that came with the poll or the event, for the
 * pair of its author and the one who answers. Which of their two addresses WhatsApp meant is not said, so all pairs are
 * tried. The scheme is that of Baileys' `decryptPollVote`.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  aesEncryptGCM,
  decryptEventResponse,
  decryptPollVote,
  hmacSign,
  proto,
} from '@whiskeysockets/baileys'
import type { Person } from '#core/contract/person.ts'
import { userJid } from '#core/jid.ts'

/** Who wrote the poll or the event, and who answers it. */
export type Pair = { messageId: string; author: Person; answerer: Person }
type Ciphertext = { encPayload?: Uint8Array | null; encIv?: Uint8Array | null }

const { EventResponseType: ResponseType } = proto.Message.EventResponseMessage
const RESPONSES = {
  [ResponseType.GOING]: 'going',
  [ResponseType.NOT_GOING]: 'not_going',
  [ResponseType.MAYBE]: 'maybe',
  [ResponseType.UNKNOWN]: 'unknown',
} as const
export type EventResponse = (typeof RESPONSES)[keyof typeof RESPONSES]

/** The options that were chosen, as they are named in the poll; undefined when no pair opens the vote. */
export function openVote(
  poll: proto.IMessage,
  options: string[],
  vote: Ciphertext,
  pair: Pair,
): string[] | undefined {
  const opened = openFor(poll, pair, (secret, author, answerer) =>
    decryptPollVote(vote, {
      pollCreatorJid: author,
      pollMsgId: pair.messageId,
      pollEncKey: secret,
      voterJid: answerer,
    }),
  )
  const chosen = opened?.selectedOptions?.map((hash) => Buffer.from(hash).toString('hex'))
  return chosen && options.filter((option) => chosen.includes(hashOf(option).toString('hex')))
}

export function openResponse(
  event: proto.IMessage,
  response: Ciphertext,
  pair: Pair,
): EventResponse | undefined {
  const opened = openFor(event, pair, (secret, author, answerer) =>
    decryptEventResponse(response, {
      eventCreatorJid: author,
      eventMsgId: pair.messageId,
      eventEncKey: secret,
      responderJid: answerer,
    }),
  )
  return opened && (RESPONSES[opened.response ?? ResponseType.UNKNOWN] ?? 'unknown')
}

/** A vote of ours. @returns undefined when the poll came without its secret, or a party is unknown */
export function closeVote(
  poll: proto.IMessage,
  choices: string[],
  pair: Pair,
): Required<Ciphertext> | undefined {
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions: choices.map(hashOf) }).finish()
  return closeFor(poll, pair, 'Poll Vote', plain)
}

/** An answer of ours to an event. @param at in ms; @returns undefined as above */
export function closeResponse(
  event: proto.IMessage,
  answer: 'going' | 'not_going' | 'maybe',
  at: number,
  pair: Pair,
): Required<Ciphertext> | undefined {
  const { GOING, NOT_GOING, MAYBE } = ResponseType
  const response = { going: GOING, not_going: NOT_GOING, maybe: MAYBE }[answer]
  const plain = proto.Message.EventResponseMessage.encode({ response, timestampMs: at }).finish()
  return closeFor(event, pair, 'Event Response', plain)
}

function closeFor(
  about: proto.IMessage,
  pair: Pair,
  purpose: 'Poll Vote' | 'Event Response',
  plain: Uint8Array,
): Required<Ciphertext> | undefined {
  const secret = about.messageContextInfo?.messageSecret
  const [author] = jidsOf(pair.author)
  const [answerer] = jidsOf(pair.answerer)
  if (!secret || !author || !answerer) return
  const sign = Buffer.concat([
    ...[pair.messageId, author, answerer, purpose].map((text) => Buffer.from(text)),
    Buffer.of(1),
  ])
  const key = hmacSign(sign, hmacSign(secret, new Uint8Array(32), 'sha256'), 'sha256')
  const encIv = randomBytes(12)
  return {
    encIv,
    encPayload: aesEncryptGCM(plain, key, encIv, Buffer.from(`${pair.messageId}\u0000${answerer}`)),
  }
}

/** WhatsApp's newer form first. */
const jidsOf = ({ lid, phoneNumber }: Person): string[] => [
  ...(lid ? [lid] : []),
  ...(phoneNumber ? [userJid(phoneNumber.slice(1))] : []),
]

function openFor<T>(
  about: proto.IMessage,
  { author, answerer }: Pair,
  open: (secret: Uint8Array, author: string, answerer: string) => T,
): T | undefined {
  const secret = about.messageContextInfo?.messageSecret
  if (!secret) return
  for (const authorJid of jidsOf(author))
    for (const answererJid of jidsOf(answerer)) {
      try {
        return open(secret, authorJid, answererJid)
      } catch {
        // Not this pair: the ciphertext says so by its tag.
      }
    }
}

const hashOf = (option: string): Buffer => createHash('sha256').update(option).digest()
