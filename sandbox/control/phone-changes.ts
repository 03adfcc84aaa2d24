/**
 * What a person can change on the phone so that the companions hear of it as app state: chats, stars, labels, contacts.
 * Chats are named by LIDs then and contacts by numbers, as phones do today.
 */
import type { ChatModification } from '@whiskeysockets/baileys'
import * as z from 'zod'
import { changedAtPhone } from '../delivery/sync.ts'
import type { Person } from '../people/people.ts'
import { isGroup, lidJid, pnJid } from '../wire/jids.ts'
import type { World } from '../world.ts'
import { GroupId, PhoneNumber } from './schemas.ts'

const Where = z.union([PhoneNumber, GroupId])

export const PhoneChange = z.union([
  z.strictObject({
    chat: Where,
    archived: z.boolean().optional(),
    pinned: z.boolean().optional(),
    mutedUntil: z.iso.datetime().nullish(),
    unread: z.boolean().optional(),
    deleted: z.literal(true).optional(),
    cleared: z.literal(true).optional(),
    /** Of these two: when the newest message of the chat was said, as far as this phone knew. */
    upTo: z.iso.datetime().optional(),
  }),
  z.strictObject({
    star: z.strictObject({ chat: Where, id: z.string(), fromMe: z.boolean(), on: z.boolean() }),
  }),
  /** Deletes a message for this person alone. */
  z.strictObject({
    removed: z.strictObject({ chat: Where, id: z.string(), fromMe: z.boolean() }),
  }),
  z.strictObject({
    label: z.strictObject({
      id: z.string(),
      name: z.string(),
      color: z.int().default(0),
      deleted: z.boolean().default(false),
    }),
  }),
  z.strictObject({
    labelled: z.strictObject({
      label: z.string(),
      chat: Where,
      messageId: z.string().optional(),
      on: z.boolean(),
    }),
  }),
  /** Without a name the contact is removed. */
  z.strictObject({ contact: z.strictObject({ number: PhoneNumber, name: z.string().nullable() }) }),
])
export type PhoneChange = z.output<typeof PhoneChange>

export async function changePhone(world: World, person: Person, change: PhoneChange): Promise<void> {
  const jidOf = (where: string) => (isGroup(where) ? where : lidJid(world.people.expect(where).lid))
  const make = (modification: ChatModification, jid: string) =>
    changedAtPhone(world, person, modification, jid)
  if ('chat' in change) for (const one of ofChat(change)) await make(one, jidOf(change.chat))
  if ('star' in change) {
    const { chat, id, fromMe, on } = change.star
    await make({ star: { messages: [{ id, fromMe }], star: on } }, jidOf(chat))
  }
  if ('removed' in change) {
    const { chat, id, fromMe } = change.removed
    const key = { id, fromMe }
    await make({ deleteForMe: { key, timestamp: Date.now(), deleteMedia: false } }, jidOf(chat))
  }
  if ('label' in change) await make({ addLabel: change.label }, '')
  if ('labelled' in change) {
    const { label: labelId, chat, messageId, on } = change.labelled
    await make(labelling(labelId, messageId, on), jidOf(chat))
  }
  if ('contact' in change) {
    const { number, name } = change.contact
    const lid = lidJid(world.people.expect(number).lid)
    await make({ contact: name === null ? null : { fullName: name, lidJid: lid } }, pnJid(number))
  }
}

function* ofChat(change: Extract<PhoneChange, { chat: string }>): Generator<ChatModification> {
  const { archived, pinned, mutedUntil, unread, cleared, deleted } = change
  const { upTo = new Date().toISOString() } = change
  if (archived !== undefined) yield { archive: archived, lastMessages: [] }
  if (pinned !== undefined) yield { pin: pinned }
  if (mutedUntil !== undefined) yield { mute: mutedUntil === null ? null : Date.parse(mutedUntil) }
  if (unread !== undefined) yield { markRead: !unread, lastMessages: [] }
  const lastMessages = { lastMessageTimestamp: Math.floor(Date.parse(upTo) / 1_000) }
  if (cleared) yield { clear: true, lastMessages }
  if (deleted) yield { delete: true, lastMessages }
}

function labelling(labelId: string, messageId: string | undefined, on: boolean): ChatModification {
  if (messageId === undefined) return on ? { addChatLabel: { labelId } } : { removeChatLabel: { labelId } }
  return on ? { addMessageLabel: { labelId, messageId } } : { removeMessageLabel: { labelId, messageId } }
}
