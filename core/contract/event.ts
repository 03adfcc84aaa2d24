/**
 * Everything that happens, as it stands in the event log and is told to readers. An event's id is a ULID: it is its
 * place in the log of its session and the key by which every reader drops repetitions.
 */
import * as z from 'zod'
import { Status } from '../session.ts'
import { CAMPAIGN_EVENTS } from './campaign.ts'
import { CHANNEL_EVENTS } from './channel.ts'
import { CHAT_EVENTS } from './chat-event.ts'
import { CONTACT_EVENTS } from './contact.ts'
import { Media, Target } from './content.ts'
import { base, who } from './event-base.ts'
import { FLEET_EVENTS } from './fleet.ts'
import { GROUP_EVENTS } from './group-event.ts'
import { HISTORY_EVENTS } from './history-event.ts'
import { LABEL_EVENTS } from './label-event.ts'
import { MessageFacts, MessageStatus, Waiting } from './message.ts'
import { Person } from './person.ts'
import { SESSION_EVENTS } from './session-event.ts'

/** Somebody did something to a message. */
const Deed = z.object({
  /** Of the message that carried it. */
  id: z.string(),
  chatId: z.string(),
  fromMe: z.boolean(),
  from: z.string(),
  sender: Person,
  target: Target,
  timestamp: z.iso.datetime(),
  ...who,
})
export type Deed = z.infer<typeof Deed>

/** A conversation as events show it; see core/conversation. */
export const ConversationFacts = z.object({
  id: z.string(),
  channel: z.discriminatedUnion('type', [
    z.object({ type: z.literal('session'), sessionId: z.string() }),
    z.object({ type: z.literal('twilio'), number: z.string() }),
  ]),
  phoneNumber: z.string().nullable(),
  lid: z.string().optional(),
  name: z.string().nullable(),
  status: z.enum(['active', 'completed', 'expired']),
  createdAt: z.iso.datetime(),
  lastActivity: z.iso.datetime(),
  /** When it expires unless somebody writes; when it ended, once it has. */
  endsAt: z.iso.datetime(),
})
export type ConversationFacts = z.infer<typeof ConversationFacts>

/** What was said, shortened. */
const Said = z.object({
  id: z.string(),
  type: z.enum(['text', 'image', 'system']),
  direction: z.enum(['inbound', 'outbound']),
  author: z.enum(['customer', 'agent', 'automatic', 'system']),
  content: z.string(),
})
const conversation = ConversationFacts

/** A call, as far as a linked device hears of it. */
export const CallFacts = z.object({
  id: z.string(),
  from: z.string(),
  caller: Person,
  status: z.enum(['ringing', 'accepted', 'rejected', 'ended']),
  isVideo: z.boolean(),
  groupId: z.string().optional(),
})
export type CallFacts = z.infer<typeof CallFacts>

export const Event = z.discriminatedUnion('type', [
  z.object({ ...base, type: z.literal('session.created'), payload: z.object({ name: z.string() }) }),
  z.object({ ...base, type: z.literal('session.deleted'), payload: z.object({}) }),
  z.object({
    ...base,
    type: z.literal('session.status'),
    payload: z.object({
      status: Status,
      /** The status before. */
      was: Status.optional(),
      reason: z.string().optional(),
      action: z.string().optional(),
    }),
  }),
  z.object({
    ...base,
    type: z.literal('session.connected'),
    payload: z.object({ phoneNumber: z.string().optional(), lid: z.string().optional() }),
  }),
  z.object({ ...base, type: z.literal('session.disconnected'), payload: z.object({ reason: z.string() }) }),
  /** Volatile. A code waits to be scanned: it is a secret, and fetched from the API. */
  z.object({
    ...base,
    type: z.literal('session.qr'),
    payload: z.object({ expiresAt: z.iso.datetime() }),
  }),
  /** Volatile. `composing` and `recording` are typing; who stops is `paused`, or `available` again. */
  z.object({
    ...base,
    type: z.literal('presence.update'),
    payload: z.object({
      chatId: z.string(),
      /** Who it is about. */
      participant: z.string(),
      state: z.enum(['available', 'unavailable', 'composing', 'recording', 'paused']),
      lastSeen: z.iso.datetime().optional(),
      ...who,
    }),
  }),
  z.object({ ...base, type: z.literal('message.received'), payload: z.object({ message: MessageFacts }) }),
  /** WhatsApp's server took it; also for messages written on the phone itself. */
  z.object({
    ...base,
    type: z.literal('message.sent'),
    payload: z.object({
      message: MessageFacts,
      /** Of one that the API accepted: from when it was to go until WhatsApp's server had it, in ms. */
      tookMs: z.int().optional(),
      /** To whom, unless it is to many. */
      ...who,
    }),
  }),
  z.object({
    ...base,
    type: z.literal('message.status'),
    payload: z.object({
      messageId: z.string(),
      status: MessageStatus,
      chatId: z.string().optional(),
      /** Who received or read it, in a group. */
      participant: z.string().optional(),
      reason: z.string().optional(),
      /** Of one that is queued: why. */
      waiting: Waiting.optional(),
      ...who,
    }),
  }),
  /** A message came that cannot be read yet; it is asked for again, and takes this one's place when it comes. */
  z.object({ ...base, type: z.literal('message.waiting'), payload: z.object({ message: MessageFacts }) }),
  /** An empty emoji takes the reaction back. */
  z.object({ ...base, type: z.literal('message.reaction'), payload: Deed.extend({ emoji: z.string() }) }),
  z.object({ ...base, type: z.literal('message.edited'), payload: Deed.extend({ text: z.string() }) }),
  /** For everyone. */
  z.object({ ...base, type: z.literal('message.deleted'), payload: Deed }),
  /** Without `seconds` it was unpinned. */
  z.object({
    ...base,
    type: z.literal('message.pinned'),
    payload: Deed.extend({ seconds: z.int().optional() }),
  }),
  /** A star was put on a message, on any of our devices, or taken off it. */
  z.object({
    ...base,
    type: z.literal('message.starred'),
    payload: z.object({ chatId: z.string(), target: Target, starred: z.boolean(), ...who }),
  }),
  /** Deleted for ourselves alone, on any of our devices. */
  z.object({
    ...base,
    type: z.literal('message.removed'),
    payload: z.object({ chatId: z.string(), target: Target, ...who }),
  }),
  /** All that this person has chosen by now; none when the vote was taken back. */
  z.object({ ...base, type: z.literal('poll.vote'), payload: Deed.extend({ options: z.array(z.string()) }) }),
  z.object({
    ...base,
    type: z.literal('event.response'),
    payload: Deed.extend({ response: z.enum(['going', 'not_going', 'maybe', 'unknown']) }),
  }),
  /** Who came into a group, left it, or became or ceased to be an admin. */
  z.object({
    ...base,
    type: z.literal('group.participants'),
    payload: z.object({
      groupId: z.string(),
      action: z.enum(['add', 'remove', 'promote', 'demote']),
      participants: z.array(Person),
      by: Person.optional(),
    }),
  }),
  /** We are in a new group, or something about one has changed; or what one is called is known now. */
  z.object({
    ...base,
    type: z.literal('group.updated'),
    payload: z.object({
      groupId: z.string(),
      by: Person.optional(),
      changes: z.object({
        created: z.literal(true).optional(),
        subject: z.string().optional(),
        description: z.string().optional(),
        announce: z.boolean().optional(),
        locked: z.boolean().optional(),
        joinApproval: z.boolean().optional(),
        membersCanAdd: z.boolean().optional(),
        disappearingSeconds: z.int().optional(),
      }),
    }),
  }),
  z.object({ ...base, type: z.literal('call.received'), payload: z.object({ call: CallFacts }) }),
  /** It was accepted on another device, rejected, or nobody took it. */
  z.object({ ...base, type: z.literal('call.ended'), payload: z.object({ call: CallFacts }) }),
  /** What became of the file of a message: it is stored now, or will not be had. */
  z.object({
    ...base,
    type: z.literal('message.media'),
    payload: z.object({ chatId: z.string(), target: Target, media: Media, ...who }),
  }),
  z.object({
    ...base,
    type: z.literal('conversation.started'),
    payload: z.object({ conversation, messages: z.array(Said) }),
  }),
  /** Something was said in it, its context, metadata or order details were changed, or the phone number is known now. */
  z.object({
    ...base,
    type: z.literal('conversation.updated'),
    payload: z.object({
      conversation,
      messages: z.array(Said),
      changed: z.array(z.enum(['context', 'metadata', 'orderDetails', 'person'])),
    }),
  }),
  /** Another one with the same person went into it, and ended by that: one was known by LID, the other by number. */
  z.object({
    ...base,
    type: z.literal('conversation.merged'),
    payload: z.object({ conversation, mergedId: z.string() }),
  }),
  z.object({ ...base, type: z.literal('conversation.completed'), payload: z.object({ conversation }) }),
  /** Told when it is noticed, with the time at which it happened. */
  z.object({ ...base, type: z.literal('conversation.expired'), payload: z.object({ conversation }) }),
  /** An order was understood, or what was understood of it has changed. */
  z.object({
    ...base,
    type: z.literal('conversation.order'),
    payload: z.object({ conversation, orderDetails: z.record(z.string(), z.unknown()) }),
  }),
  /** An endpoint is told nothing any more: it said that it is gone, or it failed for days. */
  z.object({
    ...base,
    type: z.literal('webhook.disabled'),
    payload: z.object({
      webhookId: z.string(),
      url: z.string(),
      reason: z.enum(['gone', 'failing']),
      failingSince: z.iso.datetime(),
    }),
  }),
  ...CHANNEL_EVENTS,
  ...CHAT_EVENTS,
  ...CONTACT_EVENTS,
  ...GROUP_EVENTS,
  ...LABEL_EVENTS,
  ...CAMPAIGN_EVENTS,
  ...FLEET_EVENTS,
  ...SESSION_EVENTS,
  ...HISTORY_EVENTS,
])
export type Event = z.infer<typeof Event>
export type EventType = Event['type']

/** Told to whoever listens at that moment, and not stored. */
const VOLATILE: ReadonlySet<EventType> = new Set(['session.qr', 'presence.update'])
export const isVolatile = ({ type }: Pick<Event, 'type'>): boolean => VOLATILE.has(type)
