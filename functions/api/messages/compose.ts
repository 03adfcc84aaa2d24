/**
 * From what a caller writes to what a message says. Messages that it refers to have to be known to the session: what is
 * answered or reacted to must exist, and be of the same chat.
 */
import { createHash } from 'node:crypto'
import { canonicalChatId } from '#core/contacts/canonical.ts'
import type { ContactCard, Content, Quoted } from '#core/contract/content.ts'
import { addressOf, chatIdOf, isChannel, isShared, isStatus, phoneNumberOf } from '#core/jid.ts'
import { MEDIA_KINDS, type MediaKind, VOICE } from '#core/media/kinds.ts'
import type { Message } from '#core/message.ts'
import { Fault } from '#core/platform/fault.ts'
import { linkIn } from '#core/preview/link.ts'
import type { Draft } from '#core/send.ts'
import type { Session } from '#core/session.ts'
import { sealing } from '#core/settings.ts'
import { audienceOf, concernedBy } from '#core/status/audience.ts'
import { assertSent, assertThere, findTarget, passedOn, quoteOf, targetOf } from '#core/target.ts'
import { cardOf, nameIn } from '#core/vcard.ts'
import type { Deps } from '../deps.ts'
import { fileOf, type Source } from '../media/source.ts'
import type { Contact, NewMessage } from './kinds.ts'

/** @throws Fault INVALID_RECIPIENT, MESSAGE_NOT_FOUND, MESSAGE_NOT_USABLE, VALIDATION_ERROR */
export async function draftOf(deps: Deps, session: Session, body: NewMessage): Promise<Draft> {
  const { sessionId: _, to, sendAt: later, ...said } = body
  const { text, ...more } = said
  const { store } = deps
  const time = later === undefined ? {} : { sendAt: () => timeOf(later, store.now()) }
  if (to !== undefined && text !== undefined && Object.values(more).every((value) => value === undefined))
    return { to, text, ...time, ...audience(to) }
  const about = body.reaction ?? body.vote ?? body.response
  const target = about && (await findTarget(store, session.id, about.messageId))
  const chatId = await addressed(deps, session, to, target)
  if (target && isChannel(chatId)) throw reactThere(target)
  return {
    to: chatId,
    ...time,
    ...audience(chatId, target),
    fingerprint: createHash('sha256').update(JSON.stringify(said)).digest('base64url'),
    compose: (id) => composed(deps, session, id, body, target),
  }

  function audience(chat: string, target?: Message) {
    if (!isStatus(chat)) return {}
    const recipients = async () =>
      target ? concernedBy(target) : audienceOf(store, session.id, body.statusRecipients)
    return { recipients }
  }
}

const reactThere = ({ id, chatId, serverId }: Message) =>
  new Fault('MESSAGE_NOT_USABLE', 'Posts of channels are reacted to by a call of their own.', {
    details: { messageId: id, call: `PUT /channels/${chatId}/posts/${serverId ?? '{serverId}'}/reaction` },
  })

const LATEST_MS = 365 * 86_400_000

/** @throws Fault VALIDATION_ERROR */
export function timeOf(text: string, now: number): number {
  const time = Date.parse(text)
  if (time > now && time <= now + LATEST_MS) return time
  const message = 'must be in the future, within a year'
  throw new Fault('VALIDATION_ERROR', `The request is not valid. sendAt: ${message}`, {
    details: { issues: [{ in: 'body', path: 'sendAt', message }] },
  })
}

/** A reaction or a vote goes where its message stands. */
async function addressed(
  { store }: Deps,
  { id }: Session,
  to: string | undefined,
  target: Message | undefined,
): Promise<string> {
  if (target && to !== undefined && (await canonicalChatId(store, id, to)) !== target.chatId)
    throw new Fault('VALIDATION_ERROR', 'The request is not valid. to: the message is of another chat', {
      details: { issues: [{ in: 'body', path: 'to', message: 'the message is of another chat' }] },
    })
  return target?.chatId ?? to ?? ''
}

async function composed(
  deps: Deps,
  session: Session,
  chatId: string,
  body: NewMessage,
  target: Message | undefined,
): Promise<Content> {
  const { store } = deps
  const { id } = session
  if (body.forward) return passedOn(await findTarget(store, id, body.forward.messageId))
  const at = body.sendAt === undefined ? store.now() : Date.parse(body.sendAt)
  if (target) assertThere(target, at)
  const content = (await withFile(deps, session, body)) ?? contentOf(body, target)
  const { replyTo, mentions, linkPreview, style } = body
  if (mentions)
    content.mentions = [...new Set(await Promise.all(mentions.map((one) => mentioned(store, id, one))))]
  const link = linkPreview === true ? linkIn(body.text ?? '') : undefined
  if (link) content.linkPreview = { url: link, fetch: true }
  else if (linkPreview && linkPreview !== true) content.linkPreview = linkPreview
  if (style) content.style = style
  if (replyTo !== undefined) content.quoted = await quoteIn(deps, session, chatId, replyTo, at)
  return content
}

const mentioned = async (store: Deps['store'], sessionId: string, address: string): Promise<string> =>
  address === 'all' ? 'all' : addressOf(await canonicalChatId(store, sessionId, address))

/** A message is answered where it stands; what was said in a group or as a status also privately. */
async function quoteIn(
  { store }: Deps,
  { id }: Session,
  chatId: string,
  replyTo: string,
  at: number,
): Promise<Quoted> {
  const message = await findTarget(store, id, replyTo)
  assertSent(message, at)
  if (message.chatId === chatId || isShared(message.chatId)) return quoteOf(message, chatId)
  throw new Fault('MESSAGE_NOT_USABLE', 'A message can be answered in its own chat only.', {
    details: { messageId: message.id, chatId: message.chatId },
  })
}

/** Undefined when there is no file to go along. @throws Fault MEDIA_* */
export async function withFile(
  deps: Deps,
  session: Session,
  body: Pick<NewMessage, MediaKind | 'viewOnce'>,
): Promise<Content | undefined> {
  const type = MEDIA_KINDS.find((kind) => body[kind] !== undefined)
  if (!type) return
  const given: Source & {
    caption?: string
    voice?: boolean
    note?: boolean
    gif?: boolean
    convert?: boolean
  } = body[type] ?? {}
  const { caption, voice, note, gif, convert } = given
  const owner = { sessionId: session.id, accountId: session.accountId, ...sealing(session.settings) }
  const { id, mimetype, size, sha256, fileName } = await fileOf(deps, owner, type, given, voice || convert)
  const named = given.fileName ?? (type === 'document' ? fileName : undefined)
  return {
    type,
    ...(caption ? { text: caption } : {}),
    media: {
      id,
      state: 'stored',
      mimetype,
      size,
      sha256,
      ...(named ? { fileName: named } : {}),
      ...(voice ? { voice } : {}),
      ...(convert || (voice && mimetype !== VOICE) ? { convert: true as const } : {}),
      ...(note ? { note } : {}),
      ...(gif ? { animated: gif } : {}),
    },
    ...(body.viewOnce ? { viewOnce: true } : {}),
  }
}

function contentOf(body: NewMessage, target: Message | undefined): Content {
  const { text, location, poll, event, reaction, vote, response } = body
  if (location) return { type: 'location', ...(location.name ? { text: location.name } : {}), location }
  const contacts = body.contacts ?? (body.contact ? [body.contact] : undefined)
  if (contacts) return cardsOf(contacts.map(card))
  if (poll) {
    const { question, options, multipleAnswers } = poll
    return { type: 'poll', text: question, poll: { question, options, selectable: multipleAnswers ? 0 : 1 } }
  }
  if (event) return { type: 'event', text: event.name, event }
  if (reaction && target) return { type: 'reaction', text: reaction.emoji, target: targetOf(target) }
  if (vote && target) return voteIn(target, vote.options)
  if (response && target) return answerTo(target, response.answer)
  return { type: 'text', text: text ?? '' }
}

function voteIn(poll: Message, chosen: string[]): Content {
  const { options = [], selectable = 0 } = poll.poll ?? {}
  const choices = [...new Set(chosen)]
  const unknown = choices.filter((choice) => !options.includes(choice))
  const tooMany = selectable > 0 && choices.length > selectable
  if (!poll.poll || unknown.length > 0 || tooMany)
    throw new Fault('MESSAGE_NOT_USABLE', 'The vote does not fit the poll.', {
      details: { messageId: poll.id, options, selectable },
    })
  return { type: 'poll_vote', target: targetOf(poll), choices }
}

function answerTo(event: Message, answer: NonNullable<Content['answer']>): Content {
  if (event.event) return { type: 'event_response', target: targetOf(event), answer }
  throw new Fault('MESSAGE_NOT_USABLE', 'Only an event can be answered so.', {
    details: { messageId: event.id, type: event.type },
  })
}

const cardsOf = (contacts: ContactCard[]): Content => ({
  type: 'contact',
  text: contacts.map(({ name }) => name).join(', '),
  contacts,
})

/** @throws Fault INVALID_RECIPIENT for a number that cannot exist, VALIDATION_ERROR for what is no card */
function card(contact: Contact): ContactCard {
  if (!('vcard' in contact)) {
    const phoneNumber = phoneNumberOf(chatIdOf(contact.phoneNumber))
    if (!phoneNumber) throw new Fault('INVALID_RECIPIENT', 'A contact card needs a phone number.')
    return cardOf({ ...contact, phoneNumber })
  }
  const name = contact.name ?? nameIn(contact.vcard)
  if (name && nameIn(contact.vcard)) return { name, vcard: contact.vcard }
  throw new Fault('VALIDATION_ERROR', 'The request is not valid. vcard: is no vCard with a name', {
    details: { issues: [{ in: 'body', path: 'contact.vcard', message: 'is no vCard with a name' }] },
  })
}
