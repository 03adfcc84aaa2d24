/**
 * Messages that do something to another message: react to it, change it, delete it, pin it, vote in it. They become
 * events of their own. What they are about is named from the writer's point of view on the wire, and from ours here.
 */
import { proto } from '@whiskeysockets/baileys'
import type { Target } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import { isChannel, isGroup, isShared } from '#core/jid.ts'
import type { Attributes } from '../socket/index.ts'
import { contentOf } from './content.ts'
import type { Context } from './context.ts'
import { isMe, isSame, known, type Parties, type Person, personOf } from './identity.ts'
import { openResponse, openVote, type Pair } from './secrets.ts'

/** What is told of it beside who did it, when and to which message. */
type Told =
  | { type: 'message.reaction'; said: { emoji: string } }
  | { type: 'message.edited'; said: { text: string } }
  | { type: 'message.deleted'; said: object }
  | { type: 'message.pinned'; said: { seconds?: number } }
  | { type: 'poll.vote'; said: { options: string[] } }
  | {
      type: 'event.response'
      said: { response: Extract<Event, { type: 'event.response' }>['payload']['response'] }
    }
export type Done = Told & { target: Target }

const { Type } = proto.Message.ProtocolMessage
const { Type: PinType } = proto.Message.PinInChatMessage

/** Undefined when it is an ordinary message, or a vote that cannot be opened. */
export function deedIn(message: proto.IMessage, parties: Parties, context: Context): Done | undefined {
  const target = targetOf(keyIn(message), parties, context)
  const told = target && toldIn(message, target, parties, context)
  return told && { ...told, target }
}

/** What a stanza says in `edit` when an admin of a group deletes what somebody else wrote. */
const DELETED_BY_ADMIN = '8'

/**
 * Whether it counts: a message is edited and deleted by its author alone, and deleted in a group by its admins as well.
 * WhatsApp's server cannot see what is about whose message, so phones take no notice of anything else, and nor do we. In
 * channels the server itself says what became of a post.
 */
export function mayDo(
  { type, target }: Done,
  { chatId, fromMe, sender }: Parties,
  { edit }: Attributes,
): boolean {
  const isChange = type === 'message.edited' || type === 'message.deleted'
  if (!isChange || isChannel(chatId)) return true
  if (fromMe ? target.fromMe : !target.fromMe && isSame(sender, target.sender ?? {})) return true
  return type === 'message.deleted' && isGroup(chatId) && (fromMe || edit === DELETED_BY_ADMIN)
}

/** The poll or the event that this answers, whose keys are needed to read the answer. */
export const answeredIn = (
  message: proto.IMessage,
  parties: Parties,
  context: Context,
): Target | undefined =>
  message.pollUpdateMessage || message.encEventResponseMessage
    ? targetOf(keyIn(message), parties, context)
    : undefined

function keyIn(message: proto.IMessage): proto.IMessageKey | null | undefined {
  const { protocolMessage } = message
  return (
    message.reactionMessage?.key ??
    (protocolMessage && isAboutMessage(protocolMessage) ? protocolMessage.key : undefined) ??
    message.pinInChatMessage?.key ??
    message.pollUpdateMessage?.pollCreationMessageKey ??
    message.encEventResponseMessage?.eventCreationMessageKey
  )
}

const isAboutMessage = ({ type, editedMessage }: proto.Message.IProtocolMessage): boolean =>
  type === Type.REVOKE || Boolean(editedMessage)

function toldIn(
  message: proto.IMessage,
  target: Target,
  parties: Parties,
  context: Context,
): Told | undefined {
  const { reactionMessage, protocolMessage, pinInChatMessage, messageContextInfo } = message
  if (reactionMessage) return { type: 'message.reaction', said: { emoji: reactionMessage.text ?? '' } }
  if (protocolMessage?.editedMessage)
    return {
      type: 'message.edited',
      said: { text: contentOf(protocolMessage.editedMessage, context.directory)?.text ?? '' },
    }
  if (protocolMessage) return { type: 'message.deleted', said: {} }
  if (pinInChatMessage) {
    const seconds = messageContextInfo?.messageAddOnDurationInSecs || PINNED_SECONDS
    return {
      type: 'message.pinned',
      said: pinInChatMessage.type === PinType.PIN_FOR_ALL ? { seconds } : {},
    }
  }
  return answerIn(message, target, parties, context)
}

/** WhatsApp's own, when the message does not say it: a day. */
const PINNED_SECONDS = 86_400

function answerIn(
  { pollUpdateMessage, encEventResponseMessage }: proto.IMessage,
  { messageId }: Target,
  { sender, fromMe }: Parties,
  { me, about }: Context,
): Told | undefined {
  if (!about) return
  const own = personOf([me?.jid, me?.lid], () => undefined)
  const pair: Pair = {
    messageId,
    author: known(about.facts.fromMe ? own : about.facts.sender),
    answerer: known(fromMe ? own : sender),
  }
  if (pollUpdateMessage?.vote) {
    const options = openVote(about.message, about.facts.poll?.options ?? [], pollUpdateMessage.vote, pair)
    return options && { type: 'poll.vote', said: { options } }
  }
  const response = encEventResponseMessage && openResponse(about.message, encEventResponseMessage, pair)
  return response ? { type: 'event.response', said: { response } } : undefined
}

function targetOf(
  key: proto.IMessageKey | null | undefined,
  { chatId, fromMe, sender }: Parties,
  { me, directory, lidOf }: Context,
): Target | undefined {
  if (!key?.id) return
  const messageId = key.id
  const author = authorOf()
  if (author === undefined || isMe(author, me)) return { messageId, fromMe: true }
  const lid = author.lid ?? (author.phoneNumber ? lidOf?.(author.phoneNumber) : undefined)
  return { messageId, fromMe: false, sender: known({ ...author, lid }) }

  /** Undefined when it is us. */
  function authorOf(): Person | undefined {
    if (key?.fromMe) return fromMe ? undefined : sender
    const named = personOf([key?.participant ?? undefined], directory)
    if (isShared(chatId) && (named.phoneNumber || named.lid)) return named
    if (!fromMe) return undefined
    return personOf([chatId], directory)
  }
}
