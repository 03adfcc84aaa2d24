/**
 * Questions to WhatsApp that a session answers while somebody waits, and orders that are not messages. Each has a name,
 * what it takes and what comes back. Nothing of them is kept for longer than a caller waits.
 */
import * as z from 'zod'
import { ChannelInfo, ChannelPost } from './channel.ts'
import { Media } from './content.ts'
import { Person } from './person.ts'

const nothing = z.object({})
const Jid = z.string()
const chat = z.object({ chatId: Jid })
const group = z.object({ groupId: Jid })
const people = z.array(Jid).min(1)
const channel = z.object({ channelId: Jid })

/** A message as WhatsApp names it. `participant` is the jid of its author, in a group. */
export const MessageKey = z.object({
  id: z.string(),
  chatId: Jid,
  fromMe: z.boolean(),
  participant: Jid.optional(),
  /** Seconds since 1970. */
  timestamp: z.int().optional(),
})
export type MessageKey = z.infer<typeof MessageKey>

export const GroupMember = Person.extend({ role: z.enum(['member', 'admin', 'superadmin']) })
export const GroupInfo = z.object({
  id: z.string(),
  subject: z.string(),
  description: z.string().optional(),
  owner: Person.optional(),
  createdAt: z.iso.datetime().optional(),
  participants: z.array(GroupMember),
  /** Only admins write. */
  announce: z.boolean(),
  /** Only admins change subject, description and picture. */
  locked: z.boolean(),
  /** Admins let people in one by one. */
  joinApproval: z.boolean(),
  /** Members may add others. */
  membersCanAdd: z.boolean(),
  disappearingSeconds: z.int().optional(),
})
export type GroupInfo = z.infer<typeof GroupInfo>

/** What a business says of itself. */
export const Business = z.object({
  description: z.string().optional(),
  website: z.string().optional(),
  email: z.string().optional(),
  address: z.string().optional(),
  category: z.string().optional(),
})

/** What became of one person: `200` is done, everything else WhatsApp's reason. */
export const Affected = z.object({ person: Person, status: z.string() })

export const GroupSetting = z.discriminatedUnion('setting', [
  z.object({ setting: z.literal('announce'), value: z.boolean() }),
  z.object({ setting: z.literal('locked'), value: z.boolean() }),
  z.object({ setting: z.literal('joinApproval'), value: z.boolean() }),
  z.object({ setting: z.literal('membersCanAdd'), value: z.boolean() }),
  z.object({ setting: z.literal('disappearingSeconds'), value: z.int().min(0) }),
])

/** `safe`: doing it twice is the same as doing it once. */
const request = <I extends z.ZodObject, O extends z.ZodType>(takes: I, gives: O, safe = true) => ({
  takes,
  gives,
  safe,
})

export const REQUESTS = {
  'presence.set': request(z.object({ online: z.boolean() }), nothing),
  'presence.typing': request(chat.extend({ state: z.enum(['composing', 'recording', 'paused']) }), nothing),
  'presence.of': request(
    chat,
    z.object({
      presence: z.object({ state: z.string(), lastSeen: z.iso.datetime().optional() }).optional(),
    }),
  ),
  /** `quietly`: on our own devices alone. With a `chatId` the whole of that chat is read then. */
  'messages.read': request(
    z.object({ messages: z.array(MessageKey), quietly: z.boolean().optional(), chatId: Jid.optional() }),
    nothing,
  ),
  'messages.star': request(chat.extend({ messages: z.array(MessageKey).min(1), star: z.boolean() }), nothing),
  /** For ourselves alone. */
  'messages.remove': request(chat.extend({ messages: z.array(MessageKey).min(1) }), nothing),
  /** Sounds and films that were played; `quietly` as above. */
  'messages.played': request(
    z.object({ messages: z.array(MessageKey).min(1), quietly: z.boolean().optional() }),
    nothing,
  ),
  'numbers.check': request(
    z.object({ numbers: z.array(z.string()).min(1) }),
    z.object({
      numbers: z.array(z.object({ number: z.string(), exists: z.boolean(), lid: z.string().optional() })),
    }),
  ),
  'person.picture': request(
    z.object({ id: Jid, preview: z.boolean() }),
    z.object({ url: z.string().optional() }),
  ),
  'person.about': request(
    z.object({ id: Jid }),
    z.object({ about: z.string().optional(), setAt: z.iso.datetime().optional() }),
  ),
  'person.business': request(z.object({ id: Jid }), z.object({ business: Business.optional() })),
  /** `pin` is the key with which some protect theirs. */
  'username.find': request(
    z.object({ username: z.string(), pin: z.string().optional() }),
    z.object({ person: Person }),
  ),
  'person.username': request(z.object({ id: Jid }), z.object({ username: z.string().optional() })),
  /** In the phone's address book. */
  'contact.save': request(z.object({ id: Jid, name: z.string(), firstName: z.string().optional() }), nothing),
  'contact.remove': request(z.object({ id: Jid }), nothing),
  'blocklist.get': request(nothing, z.object({ people: z.array(Person) })),
  'blocklist.set': request(z.object({ id: Jid, blocked: z.boolean() }), nothing),
  'profile.name': request(z.object({ name: z.string() }), nothing),
  'profile.about': request(z.object({ about: z.string() }), nothing),
  /** `file` names an upload in the object store; without one the picture is removed. */
  'picture.set': request(z.object({ id: Jid.optional(), file: z.string().optional() }), nothing),
  'chat.change': request(
    chat.extend({
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      /** Until when; null unmutes. */
      mutedUntil: z.iso.datetime().nullish(),
      unread: z.boolean().optional(),
      cleared: z.literal(true).optional(),
      deleted: z.literal(true).optional(),
      /** The newest ones, which some changes have to name. */
      lastMessages: z.array(MessageKey),
    }),
    nothing,
  ),
  'label.edit': request(
    z.object({ id: z.string(), name: z.string(), color: z.int(), deleted: z.boolean() }),
    nothing,
  ),
  'label.put': request(
    chat.extend({ labelIds: z.array(z.string()).min(1), messageId: z.string().optional(), on: z.boolean() }),
    nothing,
  ),
  'chat.disappearing': request(chat.extend({ seconds: z.int().min(0) }), nothing),
  'group.create': request(z.object({ subject: z.string(), participants: people }), GroupInfo, false),
  'group.list': request(nothing, z.object({ groups: z.array(GroupInfo) })),
  'group.info': request(group, GroupInfo),
  'group.subject': request(group.extend({ subject: z.string() }), nothing),
  'group.description': request(group.extend({ description: z.string() }), nothing),
  'group.setting': request(group.extend({ change: GroupSetting }), nothing),
  'group.participants': request(
    group.extend({ action: z.enum(['add', 'remove', 'promote', 'demote']), people }),
    z.object({ results: z.array(Affected) }),
  ),
  /** What the group shows beside our own name. */
  'group.tag': request(group.extend({ tag: z.string() }), nothing),
  'group.invite': request(group, z.object({ code: z.string() })),
  'group.revoke-invite': request(group, z.object({ code: z.string() }), false),
  'group.invite-info': request(z.object({ code: z.string() }), GroupInfo),
  'group.join': request(z.object({ code: z.string() }), z.object({ groupId: z.string().optional() })),
  'group.leave': request(group, nothing),
  'group.join-requests': request(
    group,
    z.object({ requests: z.array(z.object({ person: Person, requestedAt: z.iso.datetime().optional() })) }),
  ),
  'group.answer-requests': request(
    group.extend({ action: z.enum(['approve', 'reject']), people }),
    z.object({ results: z.array(Affected) }),
  ),
  'channel.list': request(nothing, z.object({ channels: z.array(ChannelInfo) })),
  /** One of the two names it. */
  'channel.info': request(
    z.object({ channelId: Jid.optional(), inviteCode: z.string().optional() }),
    ChannelInfo,
  ),
  'channel.create': request(
    z.object({ name: z.string(), description: z.string().optional() }),
    ChannelInfo,
    false,
  ),
  'channel.update': request(
    channel.extend({ name: z.string().optional(), description: z.string().optional() }),
    nothing,
  ),
  'channel.delete': request(channel, nothing),
  'channel.follow': request(channel.extend({ follow: z.boolean() }), nothing),
  'channel.mute': request(channel.extend({ muted: z.boolean() }), nothing),
  /** The newest ones, oldest first; `before` is a server id. */
  'channel.posts': request(
    channel.extend({ limit: z.int().min(1), before: z.string().optional() }),
    z.object({ posts: z.array(ChannelPost) }),
  ),
  /** Without an emoji the reaction is taken back. */
  'channel.react': request(channel.extend({ serverId: z.string(), emoji: z.string() }), nothing),
  /** For so many seconds WhatsApp tells of every reaction and view. */
  'channel.watch': request(channel, z.object({ seconds: z.int() })),
  /** Takes back a message of ours that has not left. */
  'message.cancel': request(z.object({ messageId: z.string() }), z.object({ cancelled: z.boolean() })),
  'call.reject': request(z.object({ callId: z.string(), from: Jid }), nothing),
  /** Asks the phone for what was said before this message; it comes with the event `history.synced`. */
  'history.fetch': request(
    z.object({ count: z.int().min(1), oldest: MessageKey }),
    z.object({ requestId: z.string() }),
  ),
  /** Fetches the file of a received message that was not fetched when it came; `pending` when that takes long. */
  'media.fetch': request(z.object({ messageId: z.string() }), z.object({ media: Media })),
  /** The whole device, as a parcel: see core/device/parcel.ts. The session has to be stopped. */
  'device.export': request(nothing, z.object({ parcel: z.string() })),
  'pairing.code': request(z.object({ phoneNumber: z.string() }), z.object({ code: z.string() })),
} as const

export type RequestName = keyof typeof REQUESTS
export type Takes<N extends RequestName> = z.output<(typeof REQUESTS)[N]['takes']>
export type Gives<N extends RequestName> = z.output<(typeof REQUESTS)[N]['gives']>
export const RequestName = z.enum(Object.keys(REQUESTS) as [RequestName, ...RequestName[]])

/**
 * Why there is no answer: `not_connected`, `timeout`, `refused` by WhatsApp (with its number), `invalid`, `unknown` when
 * it may have been done or not, `failed` for everything else.
 */
export const RequestFailure = z.object({
  code: z.enum([
    'not_stopped',
    'not_linked',
    'not_connected',
    'not_pairing',
    'timeout',
    'refused',
    'invalid',
    'unknown',
    'failed',
  ]),
  whatsapp: z.int().optional(),
})
export type RequestFailure = z.infer<typeof RequestFailure>

export const Outcome = z.union([z.object({ answer: z.unknown() }), z.object({ failure: RequestFailure })])
export type Outcome = z.infer<typeof Outcome>
