/** Votes and answers to events, encrypted under the secret of what they answer, for the two people by their LIDs. */
import { createHash, randomBytes } from 'node:crypto'
import {
  aesEncryptGCM,
  decryptEventResponse,
  decryptPollVote,
  hmacSign,
  proto,
} from '@whiskeysockets/baileys'
import { lidJid } from '../wire/jids.ts'

export type Pair = { id: string; author: string; answerer: string }
type Purpose = 'Poll Vote' | 'Event Response'

const hashOf = (option: string): Buffer => createHash('sha256').update(option).digest()

export const encryptVote = (secret: Uint8Array, pair: Pair, options: string[]) =>
  encrypt(
    secret,
    pair,
    'Poll Vote',
    proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hashOf) }).finish(),
  )

export const encryptResponse = (secret: Uint8Array, pair: Pair, response: number, at: number) =>
  encrypt(
    secret,
    pair,
    'Event Response',
    proto.Message.EventResponseMessage.encode({ response, timestampMs: at }).finish(),
  )

/** Undefined when the vote is not one of this pair. */
export function decryptVote(
  secret: Uint8Array,
  { id, author, answerer }: Pair,
  vote: proto.Message.IPollEncValue,
  options: string[],
): string[] | undefined {
  try {
    const { selectedOptions = [] } = decryptPollVote(vote, {
      pollCreatorJid: lidJid(author),
      pollMsgId: id,
      pollEncKey: secret,
      voterJid: lidJid(answerer),
    })
    const chosen = (selectedOptions ?? []).map((hash) => Buffer.from(hash).toString('hex'))
    return options.filter((option) => chosen.includes(hashOf(option).toString('hex')))
  } catch {
    return undefined
  }
}

/** Undefined when the answer is not one of this pair. */
export function decryptResponse(
  secret: Uint8Array,
  { id, author, answerer }: Pair,
  answer: proto.Message.IPollEncValue,
): number | undefined {
  try {
    const { response } = decryptEventResponse(answer, {
      eventCreatorJid: lidJid(author),
      eventMsgId: id,
      eventEncKey: secret,
      responderJid: lidJid(answerer),
    })
    return response ?? undefined
  } catch {
    return undefined
  }
}

function encrypt(secret: Uint8Array, { id, author, answerer }: Pair, purpose: Purpose, plain: Uint8Array) {
  const claim = [id, lidJid(author), lidJid(answerer), purpose].map((text) => Buffer.from(text))
  const key = hmacSign(
    Buffer.concat([...claim, Buffer.of(1)]),
    hmacSign(secret, new Uint8Array(32), 'sha256'),
    'sha256',
  )
  const encIv = randomBytes(12)
  return {
    encIv,
    encPayload: aesEncryptGCM(plain, key, encIv, Buffer.from(`${id}\u0000${lidJid(answerer)}`)),
  }
}
