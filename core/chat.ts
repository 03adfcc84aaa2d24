/**
 * The conversations of a session, newest first. A chat is written in the transaction of the message that moved it
 * (see projection.ts); its id is the canonical jid of jid.ts, so one person is never two chats under one number.
 */
import * as z from 'zod'
import { contactsOf, nameOfContact } from './contacts/record.ts'
import { isNamed } from './contacts/search.ts'
import { isGroup, isListed, LID_SERVER, phoneNumberOf } from './jid.ts'
import { sessionPartition } from './partition.ts'
import type { Key, Page, Store } from './platform/dynamo.ts'
import { sift } from './platform/sift.ts'

export const CHAT_PREFIX = 'CHAT#'
export const chatKey = (sessionId: string, chatId: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${CHAT_PREFIX}${chatId}`,
})
export const chatListing = (sessionId: string): string => `CHATS#${sessionId}`

export const LastMessage = z.object({
  id: z.string(),
  fromMe: z.boolean(),
  type: z.string(),
  text: z.string().optional().meta({ description: 'At most the first 500 characters' }),
  timestamp: z.iso.datetime(),
  isDeleted: z.literal(true).optional().meta({ description: 'For everyone, by whoever wrote it' }),
})
export type LastMessage = z.infer<typeof LastMessage>

export const Chat = z
  .object({
    id: z.string().meta({ description: 'Canonical jid', example: '4915123456789@s.whatsapp.net' }),
    sessionId: z.string(),
    name: z.string().nullable().meta({ description: 'Of the contact, or of the group, as far as known' }),
    phoneNumber: z.string().nullable(),
    lid: z.string().nullable().meta({ description: 'WhatsApp’s own id of the person, as far as known' }),
    username: z.string().nullable().meta({ description: 'Of the person, as far as known' }),
    isGroup: z.boolean(),
    lastMessage: LastMessage.nullable().meta({
      description: 'Null when nothing was said that is known here',
    }),
    unreadCount: z.int().meta({ description: 'Messages that came in since the chat was read or answered' }),
    isUnread: z.boolean().meta({ description: 'Marked as unread by hand' }),
    isArchived: z.boolean(),
    isPinned: z.boolean(),
    mutedUntil: z.iso.datetime().nullable(),
    disappearingSeconds: z
      .int()
      .meta({ description: 'After so many seconds what is said disappears from phones; 0: it stays' }),
  })
  .meta({ id: 'Chat' })
export type Chat = z.infer<typeof Chat>

const Stored = z
  .object({
    sessionId: z.string(),
    chatId: z.string(),
    name: z.string().optional(),
    lastMessage: LastMessage.optional(),
    unreadCount: z.int().default(0),
    unread: z.boolean().default(false),
    archived: z.boolean().default(false),
    pinned: z.boolean().default(false),
    mutedUntil: z.iso.datetime().nullish(),
    disappearingSeconds: z.int().default(0),
  })
  .transform(
    ({
      chatId,
      sessionId,
      name,
      lastMessage,
      unreadCount,
      unread,
      archived,
      pinned,
      mutedUntil,
      ...rest
    }): Chat => ({
      ...rest,
      id: chatId,
      sessionId,
      name: name ?? null,
      phoneNumber: phoneNumberOf(chatId) ?? null,
      lid: chatId.endsWith(`@${LID_SERVER}`) ? chatId : null,
      username: null,
      isGroup: isGroup(chatId),
      lastMessage: lastMessage ?? null,
      unreadCount: Math.max(unreadCount, 0),
      isUnread: unread,
      isArchived: archived,
      isPinned: pinned,
      mutedUntil: mutedUntil ?? null,
    }),
  )

export type Wanted = {
  archived?: boolean | undefined
  /** Something in it was not read, or it was marked. */
  unread?: boolean | undefined
  /** A part of the name or of the number. */
  search?: string | undefined
  /** The ids of those that come into question. */
  among?: ReadonlySet<string> | undefined
}

/** Those with messages, the newest first. With choices, a page may come back short and still have a cursor. */
export function list(
  store: Store,
  sessionId: string,
  page: { limit: number; cursor?: string | undefined },
  wanted: Wanted = {},
): Promise<Page<Chat>> {
  const read = async (part: { limit: number; cursor?: string | undefined }) => {
    const options = { ...part, index: 'listing', newestFirst: true }
    const { items, cursor } = await store.query('main', Stored, chatListing(sessionId), options)
    return { items: await withNames(store, sessionId, items), cursor }
  }
  const isAny = Object.values(wanted).every((choice) => choice === undefined)
  return isAny ? read(page) : sift(read, (chat) => fits(chat, wanted), page)
}

/** These chats, in this order, whether anything was said in them or not. */
export async function named(store: Store, sessionId: string, ids: string[]): Promise<Chat[]> {
  const keys = ids.map((id) => chatKey(sessionId, id))
  const items = await store.getMany('main', keys)
  const stored = new Map(items.map((item) => [item.chatId, item]))
  const chats = ids.map((chatId) => Stored.parse(stored.get(chatId) ?? { sessionId, chatId }))
  return withNames(store, sessionId, chats)
}

/** Undefined when nothing is known of it, and for what is no chat on a phone. */
export async function find(store: Store, sessionId: string, id: string): Promise<Chat | undefined> {
  if (!isListed(id)) return
  const stored = await store.get('main', Stored, chatKey(sessionId, id))
  return stored && (await withNames(store, sessionId, [stored]))[0]
}

/** As the people are called by now, in the address book or by themselves, and what else is known of who they are. */
async function withNames(store: Store, sessionId: string, chats: Chat[]): Promise<Chat[]> {
  const people = chats.filter((chat) => !chat.isGroup).map(({ id }) => id)
  const contacts = people.length > 0 ? await contactsOf(store, sessionId, people) : new Map()
  return chats.map((chat) => {
    const contact = contacts.get(chat.id)
    if (!contact) return chat
    const { lid = chat.lid, username = null } = contact
    return { ...chat, name: nameOfContact(contact) ?? chat.name, lid, username }
  })
}

function fits(chat: Chat, { archived, unread, search, among }: Wanted): boolean {
  if (archived !== undefined && chat.isArchived !== archived) return false
  if (unread !== undefined && (chat.isUnread || chat.unreadCount > 0) !== unread) return false
  if (among && !among.has(chat.id)) return false
  return search === undefined || isNamed(search, [chat.name, chat.username], [chat.phoneNumber, chat.lid])
}
