/** What a simulated person can send: exactly one kind at a time, to a number or a group. Files come as base64. */
import * as z from 'zod'
import { STATUS } from '../wire/jids.ts'
import { GroupId, PhoneNumber } from './schemas.ts'

const Id = z.string().min(1)
const Status = z.enum(['status', STATUS]).transform(() => STATUS)
const ChannelId = z.string().regex(/^\d+@newsletter$/)
const BroadcastList = z.string().regex(/^\d+@broadcast$/)

export const File = z.strictObject({
  data: z.base64(),
  mimetype: z.string().min(3).max(100),
  caption: z.string().optional(),
  fileName: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  seconds: z.int().optional(),
  /** Of audio: a voice note. */
  voice: z.boolean().optional(),
  /** Of a video: a round video note, or one that plays as a GIF. */
  note: z.boolean().optional(),
  gif: z.boolean().optional(),
})

const Card = z.strictObject({ name: z.string(), vcard: z.string() })

const kinds = {
  text: z.string().min(1).max(65_536).optional(),
  image: File.optional(),
  video: File.optional(),
  audio: File.optional(),
  document: File.optional(),
  sticker: File.optional(),
  location: z
    .strictObject({
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().optional(),
      address: z.string().optional(),
      live: z.boolean().optional(),
    })
    .optional(),
  contact: Card.optional(),
  contacts: z.array(Card).min(2).optional(),
  poll: z
    .strictObject({
      question: z.string(),
      options: z.array(z.string()).min(2),
      multiple: z.boolean().default(false),
    })
    .optional(),
  event: z
    .strictObject({ name: z.string(), description: z.string().optional(), startsAt: z.iso.datetime() })
    .optional(),
  reaction: z.strictObject({ id: Id, emoji: z.string() }).optional(),
  edit: z.strictObject({ id: Id, text: z.string().min(1) }).optional(),
  deletion: z.strictObject({ id: Id }).optional(),
  pin: z.strictObject({ id: Id, off: z.boolean().default(false) }).optional(),
  vote: z.strictObject({ id: Id, options: z.array(z.string()) }).optional(),
  response: z.strictObject({ id: Id, answer: z.enum(['going', 'not_going', 'maybe']) }).optional(),
  /** The chat's timer; 0 switches it off. */
  disappearing: z.strictObject({ seconds: z.int().min(0) }).optional(),
  /** What the group shall show beside the writer's name; empty takes it away. */
  memberTag: z.strictObject({ text: z.string().max(30) }).optional(),
  /** Says that so many pictures and films follow that belong together. */
  album: z.strictObject({ images: z.int().min(0), videos: z.int().min(0).default(0) }).optional(),
  /** A kind that clients of today do not know. */
  unknown: z.literal(true).optional(),
}
const KINDS = Object.keys(kinds) as (keyof typeof kinds)[]

export const Send = z
  .strictObject({
    to: z.union([PhoneNumber, GroupId, ChannelId, Status, BroadcastList]),
    /** Of a status or a broadcast list: who gets it. A status is for everybody without it. */
    recipients: z.array(PhoneNumber).min(1).optional(),
    ...kinds,
    replyTo: Id.optional(),
    mentions: z.array(PhoneNumber).optional(),
    forwarded: z.boolean().optional(),
    viewOnce: z.boolean().optional(),
    /** The id of the album that an image or a video belongs to. */
    inAlbum: Id.optional(),
    /** As in a chat whose timer is set so. */
    disappearingSeconds: z.int().min(1).optional(),
  })
  .refine(
    (body) => KINDS.filter((kind) => body[kind] !== undefined).length === 1,
    `must have exactly one of ${KINDS.join(', ')}`,
  )
