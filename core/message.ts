/**
 * A message is one item, ledger and read model at once, under its WhatsApp id. Its state is a set of times, each
 * written once, and its status is the furthest of them: so states never step back and updates need no order. An
 * outgoing message is stored here before anything is asked of the connector.
 */
import * as z from 'zod'
import { type Content, isDeed, type Target } from './contract/content.ts'
import { MessageFacts, MessageStatus, Waiting } from './contract/message.ts'
import { hiddenMessage } from './hidden.ts'
import { iso, ttl } from './platform/clock.ts'
import type { Expression, Item, Key, Page, Store } from './platform/dynamo.ts'
import { updating } from './platform/expression.ts'
import type { Loader } from './platform/loader.ts'
import { pagesOf } from './platform/pages.ts'
import type { Retention } from './retention.ts'

/** Every state an outgoing message can be in, in order. `failed` stands aside: see statusOf. */
export const PROGRESS = ['accepted', 'queued', 'sent', 'server', 'delivered', 'read', 'played'] as const
export type Times = Partial<Record<MessageStatus, string>>

/** The attribute that holds the time of a state. */
export const timeAttribute = (status: MessageStatus): string => `${status}At`

const time = z.iso.datetime().optional()
const Stored = z.looseObject({
  ...MessageFacts.shape,
  sessionId: z.string(),
  accountId: z.string(),
  acceptedAt: time,
  queuedAt: time,
  sentAt: time,
  serverAt: time,
  deliveredAt: time,
  readAt: time,
  playedAt: time,
  failedAt: time,
  reason: z.string().optional(),
  waitSk: z.string().optional(),
  waiting: Waiting.optional(),
  fingerprint: z.string().optional(),
  recipients: z.array(z.string()).optional(),
  editedAt: time,
  deletedAt: time,
  removedAt: time,
  pinnedUntil: time,
  starred: z.boolean().optional(),
})

/** What one person did to a message stands in an attribute of its own, under this prefix and the person's address. */
export const REACTION_PREFIX = 'reaction:'
export const VOTE_PREFIX = 'vote:'
export const RESPONSE_PREFIX = 'response:'
export const VIEW_PREFIX = 'view:'
const Reaction = z.object({ emoji: z.string(), at: z.iso.datetime() })
const Vote = z.object({ options: z.array(z.string()), at: z.iso.datetime() })
const Response = z.object({ response: z.string(), at: z.iso.datetime() })
const View = z.object({ at: z.iso.datetime() })
type By<T> = { from: string } & T

export type Message = z.infer<typeof MessageFacts> & {
  sessionId: string
  accountId: string
  /** `received` for a message that came in; the furthest state for one of ours. */
  status: MessageStatus | 'received'
  times: Times
  /** Why it failed. */
  reason: string | undefined
  /** When it stands in the index of what waits: the place in it. */
  waitSk: string | undefined
  /** Why it was queued, as its connector knew by then: see waiting.ts. */
  waiting: Waiting | undefined
  /** Of the request that it was accepted with, where it is more than a text. */
  fingerprint: string | undefined
  /** Of a status: the jids of those who were to see it. */
  recipients: string[] | undefined
  editedAt: string | undefined
  deletedAt: string | undefined
  /** Deleted for ourselves alone. */
  removedAt: string | undefined
  pinnedUntil: string | undefined
  starred: boolean | undefined
  reactions: By<z.infer<typeof Reaction>>[]
  votes: By<z.infer<typeof Vote>>[]
  responses: By<z.infer<typeof Response>>[]
  /** Of a status of ours: who has looked at it. */
  views: By<z.infer<typeof View>>[]
}

export const Message = Stored.transform((stored): Message => {
  const { sessionId, accountId, reason, waitSk, waiting, fingerprint, recipients } = stored
  const { editedAt, deletedAt, removedAt, pinnedUntil, starred } = stored
  const facts = factsIn(stored)
  const times: Times = Object.fromEntries(
    MessageStatus.options.flatMap((status) => {
      const at = stored[`${status}At`]
      return at ? [[status, at]] : []
    }),
  )
  return {
    ...facts,
    sessionId,
    accountId,
    times,
    status: facts.fromMe ? statusOf(times) : 'received',
    reason,
    waitSk,
    waiting,
    fingerprint,
    recipients,
    editedAt,
    deletedAt,
    removedAt,
    pinnedUntil,
    starred,
    reactions: said(stored, REACTION_PREFIX, Reaction),
    votes: said(stored, VOTE_PREFIX, Vote),
    responses: said(stored, RESPONSE_PREFIX, Response),
    views: said(stored, VIEW_PREFIX, View),
  }
})

const FACTS = Object.keys(MessageFacts.shape)
const factsIn = (stored: MessageFacts): MessageFacts =>
  Object.fromEntries(
    Object.entries(stored).filter(([name, value]) => FACTS.includes(name) && value !== undefined),
  ) as MessageFacts

const said = <S extends z.ZodType<object>>(
  stored: Record<string, unknown>,
  prefix: string,
  schema: S,
): By<z.output<S>>[] =>
  Object.entries(stored).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [{ from: name.slice(prefix.length), ...schema.parse(value) }] : [],
  )

/** The furthest state. A failure counts until WhatsApp's server took the message after all. */
export function statusOf(times: Times): MessageStatus {
  const furthest = PROGRESS.findLast((status) => times[status]) ?? 'accepted'
  return times.failed && !hasReached(furthest, 'server') ? 'failed' : furthest
}

export const hasReached = (status: MessageStatus, goal: MessageStatus): boolean =>
  PROGRESS.indexOf(status as never) >= PROGRESS.indexOf(goal as never)

/** The states it passed, in the order of time. */
export const historyOf = (times: Times): { status: MessageStatus; at: string }[] =>
  MessageStatus.options
    .flatMap((status) => (times[status] ? [{ status, at: times[status] }] : []))
    .sort((one, other) => one.at.localeCompare(other.at))

export const messagePartition = (id: string): string => `MESSAGE#${id}`
export const outgoingKey = (sessionId: string, id: string): Key => ({
  pk: messagePartition(id),
  sk: `${sessionId}#out`,
})
/** WhatsApp's ids are unique per sender only, so a received message is known by both. */
export const receivedKey = (
  sessionId: string,
  { id, sender, from }: Pick<MessageFacts, 'id' | 'sender' | 'from'>,
): Key => ({
  pk: messagePartition(id),
  sk: `${sessionId}#${sender.lid ?? sender.phoneNumber ?? from}`,
})
/** @param chatId where it stands: in a channel nobody else is named */
export const targetKey = (sessionId: string, { messageId, fromMe, sender = {} }: Target, chatId = ''): Key =>
  fromMe ? outgoingKey(sessionId, messageId) : receivedKey(sessionId, { id: messageId, sender, from: chatId })

export const chatPartition = (sessionId: string, chatId: string): string => `${sessionId}#${chatId}`

/**
 * The index of outgoing messages that WhatsApp has not taken: `due#<time>#…` until the connector has it (the sweeper
 * looks at what is due), `queued#…` while it waits in the connector's durable outbox, `failed#…` in the end.
 */
export const waitingPartition = (shard: number): string => `SHARD#${shard}`
export const DUE = 'due#'
export const QUEUED = 'queued#'
export const dueAt = (milliseconds: number, messageId: string): string =>
  `${DUE}${iso(milliseconds)}#${messageId}`
export const queuedPlace = (sessionId: string, messageId: string): string =>
  `${QUEUED}${sessionId}#${messageId}`
export const failedPlace = (sessionId: string, messageId: string): string =>
  `failed#${sessionId}#${messageId}`

/** In the same index: received messages of a session whose file is still to be fetched. */
export const awaitingPartition = (sessionId: string): string => `MEDIA#${sessionId}`
export const awaitingMedia = (store: Store, sessionId: string, limit: number): Promise<Page<Message>> =>
  store.query('messages', Message, awaitingPartition(sessionId), { index: 'waiting', limit })

/** What only changes other messages, or was deleted for ourselves, is kept together, so that it goes with the session. */
export const DEEDS_CHAT = 'deeds'

/** How long the queue has to carry a message before the sweeper looks at it, in ms. */
export const CARRIED_WITHIN = 10_000
/** For how long it is left alone at most, once its time has come, in ms. */
export const RESTS_AT_MOST = 15 * 60_000

export type Outgoing = {
  id: string
  session: {
    id: string
    accountId: string
    shard: number
    phoneNumber: string | undefined
    /** What is said in it is kept sealed. */
    encrypted?: true | undefined
  }
  chatId: string
  to: string
  content: Content
  /** Tells requests apart whose content cannot be compared. */
  fingerprint?: string | undefined
  /** Of a status: who sees it. */
  recipients?: string[] | undefined
  /** When it is to be sent, in ms; at once without it. */
  sendAt?: number | undefined
}

/** Stores an accepted message, once. Undefined when its id is taken: then it was accepted before. */
export async function accept(
  store: Store,
  retention: Retention,
  message: Outgoing,
): Promise<Message | undefined> {
  const item = acceptedItem(message, store.now(), retention)
  return (await store.create('messages', hiddenMessage(message.session, item)))
    ? Message.parse(item)
    : undefined
}

function acceptedItem(
  { id, session, chatId, to, content, fingerprint, recipients, sendAt }: Outgoing,
  now: number,
  retention: Retention,
): Item {
  const at = iso(now)
  const facts: MessageFacts = {
    id,
    chatId,
    fromMe: true,
    from: session.phoneNumber ?? '',
    to,
    sender: session.phoneNumber ? { phoneNumber: session.phoneNumber } : {},
    timestamp: at,
    ...content,
    ...(sendAt === undefined ? {} : { sendAt: iso(sendAt) }),
  }
  // What only changes another message has no place of its own in the chat.
  const place = isDeed(content) ? DEEDS_CHAT : chatId
  return {
    ...outgoingKey(session.id, id),
    ...facts,
    sessionId: session.id,
    accountId: session.accountId,
    acceptedAt: at,
    fingerprint,
    ...(recipients ? { recipients } : {}),
    chatPk: chatPartition(session.id, place),
    chatSk: `${iso(sendAt ?? now)}#${id}`,
    waitPk: waitingPartition(session.shard),
    waitSk: dueAt(sendAt ?? now + CARRIED_WITHIN, id),
    expiresAt: ttl(now, retention.messageSeconds),
  }
}

/** The ledger's record of a message that this session sent. */
export const findOutgoing = (
  store: Store,
  sessionId: string,
  messageId: string,
): Promise<Message | undefined> => store.get('messages', Message, outgoingKey(sessionId, messageId))

/** The same by a loader of `messages`, which reads those that are asked for together together. */
export async function loadOutgoing(
  load: Loader,
  sessionId: string,
  messageId: string,
): Promise<Message | undefined> {
  const item = await load(outgoingKey(sessionId, messageId))
  return item && Message.parse(item)
}

/** What can be the id of a message. */
const MESSAGE_ID = /^[\w.-]{1,128}$/

/**
 * Every record under a WhatsApp id, the sent ones first: two sessions that write to each other share ids. None under what
 * is no id.
 */
export async function findAll(store: Store, messageId: string): Promise<Message[]> {
  if (!MESSAGE_ID.test(messageId)) return []
  const { items } = await store.query('messages', Message, messagePartition(messageId))
  return items.sort((one, other) => Number(other.fromMe) - Number(one.fromMe))
}

/** Newest first, what was taken out of the chat included; `after` is a place in it: see cleared.ts. */
export const ofChat = (
  store: Store,
  sessionId: string,
  chatId: string,
  page: { limit: number; cursor?: string | undefined; after?: string },
): Promise<Page<Message>> =>
  store.query('messages', Message, chatPartition(sessionId, chatId), {
    ...page,
    index: 'chat',
    newestFirst: true,
  })

/** Undefined when nothing was said in the chat, as far as is known here. */
export async function oldestOf(
  store: Store,
  sessionId: string,
  chatId: string,
): Promise<Message | undefined> {
  const page = { index: 'chat', limit: 1 } as const
  const { items } = await store.query('messages', Message, chatPartition(sessionId, chatId), page)
  return items[0]
}

/** Outgoing messages of a shard that wait, page by page: those whose place begins so. */
export const waitingIn = (store: Store, shard: number, prefix: string): AsyncGenerator<Message[]> =>
  pagesOf(store, 'messages', Message, waitingPartition(shard), { index: 'waiting', prefix })

/** A page of the outgoing messages of a shard that were due to be carried by now, the longest due first. */
export const due = (
  store: Store,
  shard: number,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Message>> =>
  store.query('messages', Message, waitingPartition(shard), {
    ...page,
    index: 'waiting',
    from: DUE,
    to: `${DUE}${iso(store.now())}`,
  })

/** Looks at it again later. False when it was carried, or moved by somebody else, meanwhile. */
export const postpone = (store: Store, message: Message, until: number): Promise<boolean> =>
  store.update(
    'messages',
    outgoingKey(message.sessionId, message.id),
    placing(dueAt(until, message.id), message),
  )

function placing(place: string, seen: Message): Expression {
  const update = updating().set('waitSk', place)
  return update.where(`${update.name('waitSk')} = ${update.value(seen.waitSk)}`).build()
}

/** Whether its time has come; of most it has from the beginning. */
export const isTime = ({ sendAt }: Pick<Message, 'sendAt'>, now: number): boolean =>
  sendAt === undefined || Date.parse(sendAt) <= now

/** Takes a message that was to be sent later out of what is carried. False when it has been moved meanwhile. */
export const withdraw = (store: Store, message: Message): Promise<boolean> =>
  store.update(
    'messages',
    outgoingKey(message.sessionId, message.id),
    placing(failedPlace(message.sessionId, message.id), message),
  )
