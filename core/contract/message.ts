/** A message, and the states that one of ours passes, as events and the read model have them. */
import * as z from 'zod'
import { Content } from './content.ts'
import { Person } from './person.ts'

/** The states an outgoing message passes, in order; `failed` ends it. */
export const MessageStatus = z.enum([
  'accepted',
  'queued',
  'sent',
  'server',
  'delivered',
  'read',
  'played',
  'failed',
])
export type MessageStatus = z.infer<typeof MessageStatus>

/**
 * Why an accepted message has not left. `send_at`: its time has not come; `not_connected`: the session has no connection;
 * `pacing`: the session spreads its messages; `restricted`: WhatsApp keeps the account from writing to strangers; `media`:
 * its file is being uploaded; `order`: it stands behind another one of its chat. `until` is an estimate where it depends on others.
 */
export const Waiting = z.object({
  reason: z.enum(['send_at', 'not_connected', 'pacing', 'restricted', 'media', 'order']),
  until: z.iso.datetime().optional(),
})
export type Waiting = z.infer<typeof Waiting>

/** A message as every part of the product shows it. Phone numbers are E.164 with a plus, ids of groups are jids. */
export const MessageFacts = z.object({
  id: z.string(),
  chatId: z.string(),
  fromMe: z.boolean(),
  from: z.string(),
  to: z.string(),
  /** Both forms of the sender's identity, as far as known. */
  sender: Person,
  timestamp: z.iso.datetime(),
  ...Content.shape,
  /** The sender's broadcast list that it came through; the sender alone knows who else got it. */
  broadcastList: z.string().optional(),
  /** Of a post in a channel: the channel's own number of it. */
  serverId: z.string().optional(),
  /** Of one of ours that was to be sent later: when. */
  sendAt: z.iso.datetime().optional(),
  /** False when the session keeps no messages: it is told, and cannot be read again. */
  kept: z.literal(false).optional(),
  /** What only the connector opens: the keys of media, of polls, of events. It is never told: see `told`. */
  sealed: z.string().optional(),
})
export type MessageFacts = z.infer<typeof MessageFacts>
