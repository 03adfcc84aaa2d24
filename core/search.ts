/**
 * Messages of a session by what they say, of what kind and when they are. DynamoDB has no index of words: messages are
 * read and compared, newest first, so many for a page and no more, and the cursor goes on from there. Over all chats it
 * goes chat by chat, those with the newest messages first; a chat in which something is said meanwhile is looked at again
 * at the end, so that nothing is missed, and may then be found twice.
 */
import * as z from 'zod'
import { chatListing } from './chat.ts'
import { beginningOf, Cleared, endOf } from './cleared.ts'
import { chatPartition, Message } from './message.ts'
import { iso } from './platform/clock.ts'
import type { Page, Store } from './platform/dynamo.ts'
import { Fault } from './platform/fault.ts'
import { type Sifted, sift } from './platform/sift.ts'

export type Wanted = {
  /** A part of the text, the caption, the question, the name of a file; upper and lower case are the same. */
  search?: string | undefined
  type?: string | undefined
  fromMe?: boolean | undefined
  /** ISO 8601, both included. */
  from?: string | undefined
  to?: string | undefined
}
type Part = { limit: number; cursor?: string | undefined }

/** For one page: messages that are looked at, and chats. */
const MESSAGES = 2_000
const CHATS = 50
/** Sorts before all times, which a key must not do by being empty; and behind everything of the same moment. */
const BEGINNING = '0'
const END = '\uffff'

export async function inChat(
  store: Store,
  sessionId: string,
  chatId: string,
  wanted: Wanted,
  page: Part,
): Promise<Page<Message>> {
  const after = await beginningOf(store, sessionId, chatId)
  const { items, cursor } = await look(store, sessionId, { chatId, after }, wanted, page, MESSAGES)
  return { items, cursor }
}

/** Where a search over all chats stands. */
const Place = z.object({
  /** When it began; chats that moved since are looked at again. */
  began: z.iso.datetime(),
  isAgain: z.boolean().default(false),
  /** The place in the list of the chat that was begun last; and until it is looked through, its id, and how far it is. */
  chat: z.string().optional(),
  chatId: z.string().optional(),
  within: z.string().optional(),
})
type Place = z.infer<typeof Place>
/** A chat, and the place in it behind which it begins. */
type Begun = { chatId: string; after?: string | undefined }

export async function inAllChats(
  store: Store,
  sessionId: string,
  wanted: Wanted,
  { limit, cursor }: Part,
): Promise<Page<Message>> {
  const items: Message[] = []
  let place = placeIn(cursor) ?? { began: iso(store.now()), isAgain: false }
  let left = MESSAGES
  for (let chats = 0; chats < CHATS && left > 0; chats++) {
    const next = (await begun(store, sessionId, place)) ?? (await nextChat(store, sessionId, wanted, place))
    if (!next) return { items, cursor: undefined }
    const { chat, place: seen } = next
    const part = { limit: limit - items.length, cursor: place.within }
    const page = await look(store, sessionId, chat, wanted, part, left)
    items.push(...page.items)
    left -= page.looked
    place = page.cursor ? { ...seen, chatId: chat.chatId, within: page.cursor } : seen
    if (items.length === limit) break
  }
  return { items, cursor: Buffer.from(JSON.stringify(place)).toString('base64url') }
}

const NOTHING: Sifted<Message> = { items: [], cursor: undefined, looked: 0 }

async function look(
  store: Store,
  sessionId: string,
  { chatId, after = BEGINNING }: Begun,
  wanted: Wanted,
  page: Part,
  most: number,
) {
  const { from: oldest = BEGINNING } = wanted
  const from = after > oldest ? after : oldest
  const end = wanted.to ? `${wanted.to}${END}` : END
  if (from > end) return NOTHING
  const options = { index: 'chat', newestFirst: true, from, to: end }
  const read = (part: Part) =>
    store.query('messages', Message, chatPartition(sessionId, chatId), { ...options, ...part })
  return sift(read, (message) => fits(message, wanted), page, most)
}

function fits(message: Message, { search, type, fromMe }: Wanted): boolean {
  if (type !== undefined && message.type !== type) return false
  if (fromMe !== undefined && message.fromMe !== fromMe) return false
  if (search === undefined) return true
  const { text, media, location, contacts = [] } = message
  const said = [text, media?.fileName, location?.name, location?.address, ...contacts.map(({ name }) => name)]
  return said.some((one) => one?.toLowerCase().includes(search.toLowerCase()))
}

const Listed = Cleared.extend({ chatId: z.string(), listSk: z.string() })

type Next = { chat: Begun; place: Place }

/** The chat that the page before has left off in. */
async function begun(
  store: Store,
  sessionId: string,
  { chatId, within: _, ...place }: Place,
): Promise<Next | undefined> {
  return chatId ? { chat: { chatId, after: await beginningOf(store, sessionId, chatId) }, place } : undefined
}

/** The chat behind this place, newest first; then, oldest first, those that moved since it began. */
async function nextChat(
  store: Store,
  sessionId: string,
  wanted: Wanted,
  place: Place,
): Promise<Next | undefined> {
  const { began, isAgain, chat } = place
  const oldest = wanted.from ?? BEGINNING
  const range = isAgain ? { from: chat ?? began, to: END } : { from: oldest, to: chat ?? `${began}${END}` }
  const options = { index: 'listing', newestFirst: !isAgain, limit: 2, ...range }
  const { items } =
    range.from > range.to ? { items: [] } : await store.query('main', Listed, chatListing(sessionId), options)
  const next = items.find(({ listSk }) => listSk !== chat)
  if (next)
    return {
      chat: { chatId: next.chatId, after: next.clearedTo && endOf(next.clearedTo) },
      place: { began, isAgain, chat: next.listSk },
    }
  return isAgain ? undefined : nextChat(store, sessionId, wanted, { began, isAgain: true })
}

/** @throws Fault VALIDATION_ERROR */
function placeIn(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new Fault('VALIDATION_ERROR', 'The cursor is not one that this API handed out.', { cause })
  }
}
