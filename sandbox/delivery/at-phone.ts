/**
 * A message of a companion arrives at a phone: the phone decrypts it, shows it, and reports the delivery a moment
 * later. What it cannot read it asks for again, as real phones do.
 */
import { randomInt } from 'node:crypto'
import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import { type Content, describe } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import { decryptResponse, decryptVote } from '../people/secrets.ts'
import { isShared, lidJid } from '../wire/jids.ts'
import { attr, type BinaryNode, bytesOf, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import { answerPeer } from './peer-requests.ts'
import { askAgain } from './retry.ts'

/** One stanza of a companion, as far as one recipient is concerned. */
export type Letter = {
  id: string
  /** The chat as the sender addressed it: a person's jid of either kind, or a group. */
  chat: string
  from: Companion
  /** Pairwise ciphertexts first, then the group's. */
  encs: BinaryNode[]
}

export async function receiveAtPhone(world: World, person: Person, letter: Letter) {
  const { from, id } = letter
  const ciphertext = { owner: person.lid, sender: from.number, id }
  try {
    const message = await open(world, person, letter)
    const own = from.lid === person.lid
    const inner = own ? (message.deviceSentMessage?.message ?? message) : message
    const content = describe(inner)
    if (content) {
      world.letters.keep(id, from.lid, inner, isShared(letter.chat) ? letter.chat : undefined)
      const answer = { ...votedFor(world, from, inner), ...answerTo(world, from, inner) }
      show(world, person, letter, withoutLostWords(world, inner, { ...content, ...answer }))
    }
    world.unreadable.readAfterAll(ciphertext)
    if (own) await answerPeer(world, person, from, id, inner)
    if (!own && (content || !message.senderKeyDistributionMessage)) reportDelivery(world, person, letter)
  } catch (error) {
    const shown = world.inbox.has(person.lid, id, `+${from.number}`)
    const failure = world.unreadable.failed(ciphertext, shown)
    world.stats.problem(`message ${id} at +${person.number}`, error)
    askAgain(world, person, letter, failure)
  }
}

/** A vote tells its choice only to those who know the poll. */
function votedFor(world: World, from: Companion, { pollUpdateMessage }: proto.IMessage) {
  const id = pollUpdateMessage?.pollCreationMessageKey?.id ?? ''
  const poll = id ? world.letters.find(id) : undefined
  const secret = poll?.message.messageContextInfo?.messageSecret
  if (!poll || !secret || !pollUpdateMessage?.vote) return {}
  const { pollCreationMessage, pollCreationMessageV3 } = poll.message
  const named = (pollCreationMessage ?? pollCreationMessageV3)?.options ?? []
  const pair = { id, author: poll.author, answerer: from.lid }
  const options = decryptVote(
    secret,
    pair,
    pollUpdateMessage.vote,
    named.map((one) => one.optionName ?? ''),
  )
  return options ? { options } : {}
}

const ANSWERS = ['unknown', 'going', 'not_going', 'maybe']

/** The same for the answer to an event. */
function answerTo(world: World, from: Companion, { encEventResponseMessage }: proto.IMessage) {
  const id = encEventResponseMessage?.eventCreationMessageKey?.id ?? ''
  const event = id ? world.letters.find(id) : undefined
  const secret = event?.message.messageContextInfo?.messageSecret
  if (!event || !secret || !encEventResponseMessage) return {}
  const pair = { id, author: event.author, answerer: from.lid }
  const answer = decryptResponse(secret, pair, encEventResponseMessage)
  return answer === undefined ? {} : { answer: ANSWERS[answer] }
}

/** The words of a file are its caption: phones show none when they are changed as if it were a text. */
function withoutLostWords(world: World, { protocolMessage }: proto.IMessage, content: Content): Content {
  const edited = protocolMessage?.editedMessage
  const before = edited && world.letters.find(protocolMessage.key?.id ?? '')
  if (!before || !hasFile(before.message) || hasFile(edited)) return content
  const { text: _, ...rest } = content
  return rest
}

const hasFile = (message: proto.IMessage): boolean => {
  const { imageMessage, videoMessage, documentMessage } = normalizeMessageContent(message) ?? {}
  return Boolean(imageMessage ?? videoMessage ?? documentMessage)
}

/** Decrypts all parts; a sender key on the way is learnt before the group's ciphertext is read. */
async function open(world: World, person: Person, { from, chat, encs }: Letter): Promise<proto.IMessage> {
  let whole: proto.IMessage = {}
  for (const enc of encs) {
    const [type, ciphertext] = [attr(enc, 'type'), bytesOf(enc)]
    const message =
      type === 'skmsg'
        ? world.phones.decryptFromGroup(person, chat, from, ciphertext)
        : await world.phones.decrypt(person, from, type, ciphertext)
    if (message.senderKeyDistributionMessage)
      world.phones.learnSenderKey(person, from, message.senderKeyDistributionMessage)
    whole = { ...whole, ...message }
  }
  return whole
}

function show(world: World, person: Person, { id, chat, from }: Letter, content: Content) {
  const own = from.lid === person.lid
  const to = isShared(chat) ? chat : `+${world.people.withJid(chat)?.number ?? ''}`
  const route = { device: { lid: from.lid, device: from.device }, chat }
  world.inbox.add({
    owner: person.lid,
    id,
    from: `+${from.number}`,
    to,
    fromMe: own,
    content,
    ...(own ? {} : { route }),
  })
}

function reportDelivery(world: World, person: Person, { id, chat, from }: Letter) {
  const [least, most] = world.options.receiptDelayMs
  const due = Date.now() + randomInt(least, most + 1)
  deliver(world, from, receipt(person, chat, id), { due })
}

/** A receipt of this person; among many it names who sends it. Without a type it reports the delivery. */
export function receipt(person: Person, chat: string, id: string, type?: string): BinaryNode {
  const participant = isShared(chat) ? lidJid(person.lid) : undefined
  return node('receipt', { from: chat, participant, id, t: seconds(), type })
}
