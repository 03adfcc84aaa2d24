/**
 * The `webhooks` of the OpenAPI document: what an endpoint is sent, a schema for each type of event, made from the very
 * schemas that the log is written with. A new type of event needs a sentence here and an example in examples/.
 */
import * as z from 'zod'
import { Media } from '#core/contract/content.ts'
import { Event, type EventType, isVolatile } from '#core/contract/event.ts'
import { Status } from '#core/session.ts'
import { EXAMPLES } from './examples/index.ts'
import { AT, OURS, SESSION_ID } from './examples/people.ts'

const ABOUT: Record<EventType | 'webhook.test', string> = {
  'session.created': 'A session was created',
  'session.deleted': 'A session was deleted; told to webhooks of the account while its log lasts',
  'session.status': 'The status of a session changed; with the statuses that led to it',
  'session.connected': 'A session is connected',
  'session.disconnected': 'A session is not connected any more',
  'session.restricted':
    'WhatsApp keeps the account from writing to people who do not know it, until `until` if it says so; also when that has changed',
  'session.unrestricted': 'The account may write to everybody again',
  'session.volume': 'Far more, or far fewer, messages in an hour than is usual at that time of day',
  'history.failed':
    'A part of the history that the phone has offered could not be had, and is not tried any more',
  'history.synced': 'A part of the history that the phone hands over stands in the chats',
  'session.qr': 'A QR code waits to be scanned: fetch it from /api/sessions/{id}/qr',
  'message.received': 'A message came in',
  'message.sent': 'WhatsApp took a message, sent by the API or written on the phone',
  'message.status': 'A message got a step further, or failed',
  'message.waiting': 'A message came that cannot be read yet; it is asked for again',
  'message.reaction': 'Somebody reacted to a message; an empty emoji takes it back',
  'message.edited': 'A message was edited',
  'message.deleted': 'A message was deleted for everyone',
  'message.pinned': 'A message was pinned or unpinned',
  'message.starred': 'A star was put on a message, or taken off it',
  'message.removed': 'A message was deleted for ourselves alone',
  'message.media': 'The file of a message is stored now, or will not be had',
  'group.participants': 'Somebody came into a group, left it, or became or ceased to be an admin',
  'group.updated': 'We are in a new group, or something about one has changed',
  'group.join_request':
    'Somebody asks to be let into a group, does not any more, or was refused; told to admins',
  'group.member_tag': 'What a group shows beside the name of a member has changed',
  'picture.updated': 'The profile picture of a person or a group has changed',
  'call.received': 'Somebody calls',
  'call.ended': 'A call was accepted elsewhere, rejected, or nobody took it',
  'poll.vote': 'Somebody voted in a poll: all that they have chosen by now',
  'event.response': 'Somebody answered an invitation',
  'presence.update': 'Somebody is online, offline or types. Told at the moment and never again',
  'channel.updated':
    'How often posts of a channel were seen, and what they were given; told while it is watched',
  'channel.followed': 'A channel is followed now, as another device of the number has it.',
  'channel.unfollowed': 'A channel is not followed any more.',
  'channel.muted': 'A channel was muted on another device, or not any more.',
  'chat.updated': 'A chat was archived, pinned, muted or marked, or that was undone',
  'chat.cleared': 'The messages of a chat were taken out of it',
  'chat.deleted': 'A chat was deleted',
  'contact.updated':
    'Somebody is known now, or known better; or was saved, renamed or removed in the address book',
  'label.updated': 'A label is new, or has another name or colour',
  'label.deleted': 'A label was deleted',
  'label.added': 'A label was put on a chat or a message',
  'label.removed': 'A label was taken off a chat or a message',
  'campaign.started': 'A campaign began',
  'campaign.progress': 'How far a campaign is, and what it does at the moment',
  'campaign.paused': 'A campaign stands still: why, and what a person has to do',
  'campaign.resumed': 'A campaign goes on',
  'campaign.completed': 'Every recipient of a campaign was tried',
  'campaign.failed': 'A campaign ended early: why, and what a person has to do',
  'connector.joined': 'A connector came',
  'connector.left': 'A connector left in good order',
  'connector.lost': 'A connector gives no sign of life; others take its sessions',
  'connector.handover': 'Sessions moved from one connector to another',
  'conversation.started': 'A conversation began',
  'conversation.updated': 'Something was said in a conversation, or its details changed',
  'conversation.merged': 'Two conversations with one person became one: the phone number is known now',
  'conversation.completed': 'A conversation was completed',
  'conversation.expired': 'Nobody wrote in a conversation for a day',
  'conversation.order': 'An order was understood, or understood anew',
  'webhook.disabled': 'A webhook is told nothing any more',
  'webhook.test': 'A person tries the webhook',
}

export type Described = {
  type: string
  summary: string
  description: string
  schema: z.ZodType
  example: Record<string, unknown>
}

/** Told to nobody but those who run the installation. */
const isOfFleet = (type: string): boolean => type.startsWith('connector.')

export function webhookEvents(): Described[] {
  const known = Event.options.map(({ shape }) => ({
    type: shape.type.value,
    payload: shape.payload as z.ZodType,
  }))
  const test = z.object({ webhookId: z.string(), message: z.string() })
  return [...known, { type: 'webhook.test' as const, payload: test }].map(({ type, payload }) => ({
    type,
    summary: ABOUT[type],
    description: `${howOften(type)}${isOfFleet(type) ? OF_FLEET : ''}`,
    schema: envelope(type, payloadOf(type, payload)),
    example: exampleOf(type),
  }))
}

const OF_FLEET =
  ' To webhooks of an account that an admin token made and that name `connector.*` or this type; `*` does not include it.'

const howOften = (type: EventType | 'webhook.test'): string =>
  type !== 'webhook.test' && isVolatile({ type })
    ? 'Told once and at once, and in no log.'
    : 'At least once, in the order of its chat while the webhook is healthy.'

function payloadOf(type: string, payload: z.ZodType): z.ZodType {
  if (type === 'session.status') return withStatuses(payload)
  return type === 'message.media' ? withLink(payload) : payload
}

function exampleOf(type: EventType | 'webhook.test') {
  const isSession = !isOfFleet(type)
  return {
    id: '01KDXG5JR0ZV5J0QK3W9T4RB8N',
    event: type,
    sessionId: isSession ? SESSION_ID : null,
    session: isSession ? 'Customer Support' : null,
    phoneNumber: isSession ? OURS : null,
    timestamp: AT,
    payload: type === 'webhook.test' ? TEST : EXAMPLES[type],
  }
}

const TEST = { webhookId: 'wh_4c6a9f0e2b7d5a1c3e8f7b60', message: 'This is a test. Nothing has happened.' }

const envelope = (type: string, payload: z.ZodType) =>
  z
    .object({
      id: z.string().meta({ description: 'Of the event, the same in each attempt: leave out what you know' }),
      event: z.literal(type),
      sessionId: z.string().nullable(),
      session: z.string().nullable().meta({ description: 'The name of the session' }),
      phoneNumber: z.string().nullable().meta({ description: 'The number of the session, E.164' }),
      timestamp: z.iso.datetime().meta({ description: 'When it happened' }),
      metadata: z
        .record(z.string(), z.string())
        .optional()
        .meta({ description: 'The setting `metadata` of the session' }),
      payload,
    })
    .meta({ id: `Webhook${type.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}` })

const withStatuses = (payload: z.ZodType) =>
  (payload as z.ZodObject).extend({
    statuses: z
      .array(z.object({ status: Status, timestamp: z.iso.datetime(), reason: z.string().optional() }))
      .meta({ description: 'The latest ones, oldest first; this one is the last' }),
  })

const withLink = (payload: z.ZodType) =>
  (payload as z.ZodObject).extend({
    media: Media.extend({
      url: z.string().optional().meta({ description: 'Of a stored one: works for a day at least' }),
    }),
  })

const text = (description: string) => ({ description, schema: { type: 'string' } })

/** Beside those that the owner of a webhook chooses. */
export const HEADERS = {
  'webhook-id': text('The id of the event'),
  'webhook-timestamp': text('When this attempt was made, in seconds since 1970'),
  'webhook-signature': text(
    '`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, for each valid secret',
  ),
  'X-Webhook-Request-Id': text('The same in each attempt'),
  'X-Webhook-Timestamp': text('When it happened, in milliseconds since 1970'),
  'X-Webhook-Hmac': text('Hex of HMAC-SHA512 over the raw body'),
  'X-Webhook-Hmac-Algorithm': text('`sha512`'),
}
