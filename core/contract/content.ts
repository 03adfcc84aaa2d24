/**
 * What a message says, in one stable shape for every kind, sent or received: a type, a text where there is one (a
 * caption, a question, an emoji), and a part that is named after the kind. Fields are only ever added.
 */
import * as z from 'zod'
import { Person } from './person.ts'

/** The message that something is about: what is reacted to, edited, deleted, voted in. */
export const Target = z.object({
  messageId: z.string(),
  fromMe: z.boolean(),
  /** Who wrote it, when it was not us. */
  sender: Person.optional(),
})
export type Target = z.infer<typeof Target>

/** The message that this one answers, as far as the answer repeats it. */
export const Quoted = Target.extend({
  type: z.string().optional(),
  text: z.string().optional(),
  /** Where it stands, when that is another chat: `status@broadcast` for an answer to a status, a group that is answered privately. */
  chatId: z.string().optional(),
})
export type Quoted = z.infer<typeof Quoted>

/**
 * `stored`: it can be had under `id`; `pending`: it is being fetched; `skipped`: the session's rules said not to fetch
 * it, or it was too large; `gone`: WhatsApp has dropped it and the phone did not send it again; `failed`: see the log.
 */
export const MediaState = z.enum(['stored', 'pending', 'skipped', 'gone', 'failed'])

export const Media = z.object({
  /** Names the file in the object store. */
  id: z.string().optional(),
  state: MediaState.optional(),
  mimetype: z.string(),
  /** Bytes. */
  size: z.int().optional(),
  fileName: z.string().optional(),
  /** Of the file's content, in hex. */
  sha256: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  durationSeconds: z.number().optional(),
  pages: z.int().optional(),
  /** A voice note, as opposed to a piece of music. */
  voice: z.boolean().optional(),
  /** The file is not what is sent: it is made into something that phones play, a voice note or a film. */
  convert: z.literal(true).optional(),
  /** A round video note. */
  note: z.boolean().optional(),
  /** A video that is shown as a GIF, or an animated sticker. */
  animated: z.boolean().optional(),
})
export type Media = z.infer<typeof Media>

export const Location = z.object({
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
  url: z.string().optional(),
  /** Its sender moves: further places follow under the same message. */
  live: z.boolean().optional(),
  accuracyMeters: z.number().optional(),
  speedMetersPerSecond: z.number().optional(),
  headingDegrees: z.number().optional(),
})
export type Location = z.infer<typeof Location>

export const ContactCard = z.object({
  name: z.string(),
  phoneNumber: z.string().optional(),
  organization: z.string().optional(),
  vcard: z.string(),
})
export type ContactCard = z.infer<typeof ContactCard>

export const Poll = z.object({
  question: z.string(),
  options: z.array(z.string()),
  /** How many options one person may choose; 0 means any number. */
  selectable: z.int(),
})
export type Poll = z.infer<typeof Poll>

export const EventCard = z.object({
  name: z.string(),
  description: z.string().optional(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime().optional(),
  location: z
    .object({
      name: z.string().optional(),
      latitude: z.number().optional(),
      longitude: z.number().optional(),
    })
    .optional(),
  joinLink: z.string().optional(),
  cancelled: z.boolean().optional(),
})
export type EventCard = z.infer<typeof EventCard>

export const LinkPreview = z.object({
  url: z.string(),
  /** Of one of ours: title, description and picture are fetched when it is sent. */
  fetch: z.literal(true).optional(),
  title: z.string().optional(),
  description: z.string().optional(),
})
export type LinkPreview = z.infer<typeof LinkPreview>

/** How a text or a voice note looks as a status. Colours are `#RRGGBB`; fonts are WhatsApp's numbers. */
export const Style = z.object({
  backgroundColor: z.string().optional(),
  textColor: z.string().optional(),
  font: z.int().optional(),
})

export const GroupInvite = z.object({
  groupId: z.string(),
  code: z.string(),
  subject: z.string().optional(),
  expiresAt: z.iso.datetime().optional(),
})

/** Says how many images and videos follow that are shown together. */
export const Album = z.object({ images: z.int(), videos: z.int() })

/** A button or a row of a list. */
export const Choice = z.object({
  id: z.string().optional(),
  title: z.string(),
  description: z.string().optional(),
})

export const Content = z.object({
  type: z.string(),
  text: z.string().optional(),
  quoted: Quoted.optional(),
  /** Phone numbers, or LIDs where no number is known. `all` names everybody in the group. */
  mentions: z.array(z.string()).optional(),
  /** The same people, by all that was known of them then. */
  mentioned: z.array(Person).optional(),
  linkPreview: LinkPreview.optional(),
  style: Style.optional(),
  /** How often it was passed on, when it was. */
  forwarded: z.int().optional(),
  viewOnce: z.boolean().optional(),
  /** It disappears from phones after so many seconds. */
  disappearingSeconds: z.int().optional(),
  media: Media.optional(),
  location: Location.optional(),
  contacts: z.array(ContactCard).optional(),
  poll: Poll.optional(),
  event: EventCard.optional(),
  groupInvite: GroupInvite.optional(),
  album: Album.optional(),
  /** The message that announces the album which this image or video belongs to. */
  albumId: z.string().optional(),
  /** Of what has buttons or a list: what can be chosen. */
  options: z.array(Choice).optional(),
  /** Of the answer to it: what was. */
  selected: Choice.optional(),
  /** Of a reaction, an edit, a deletion, a pin or a vote: what it is about. */
  target: Target.optional(),
  /** Of a vote: the options that were chosen; none takes the vote back. */
  choices: z.array(z.string()).optional(),
  /** Of an answer to an event. */
  answer: z.enum(['going', 'not_going', 'maybe']).optional(),
  /** Of an edit: the kind of the message, because a caption is not changed as a text is. */
  editedType: z.string().optional(),
  /** Of a pin: for how long; absent unpins. */
  pinSeconds: z.int().optional(),
  /** Of what we do not understand (`unsupported`): WhatsApp's own name for it. */
  protocolName: z.string().optional(),
})
export type Content = z.infer<typeof Content>

/** Messages that change another one, and are told as that change. */
export const DEEDS: ReadonlySet<string> = new Set([
  'reaction',
  'edit',
  'delete',
  'pin',
  'poll_vote',
  'event_response',
])
export const isDeed = ({ type }: { type: string }): boolean => DEEDS.has(type)

/** Just a text, with nothing that belongs to it. */
export const isPlain = (content: Content): boolean =>
  content.type === 'text' &&
  Object.entries(content).every(([name, value]) => value === undefined || name === 'type' || name === 'text')
