/** What can be sent, as callers write it: one field for each kind. Whatever is not listed is refused by name. */
import * as z from 'zod'
import { isChannel, isStatus } from '#core/jid.ts'
import { linkIn } from '#core/preview/link.ts'
import { MOST_RECIPIENTS } from '#core/status/audience.ts'
import { hasOneSource, ONE_SOURCE, type Source, source } from '../media/source.ts'
import { Line, Text } from './text.ts'
import { EXAMPLE } from './view.ts'

const Latitude = z.number().min(-90).max(90)
const Longitude = z.number().min(-180).max(180)
const Name = Line.max(100)
const MessageId = z.string().min(1).max(128)
const Address = z.string().min(1).max(100)

export const Location = z
  .strictObject({
    latitude: Latitude,
    longitude: Longitude,
    name: Name.optional(),
    address: Line.max(500).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    live: z.boolean().optional().meta({ description: 'Shown as a place that moves' }),
    accuracyMeters: z.int().min(0).max(100_000).optional(),
  })
  .meta({ id: 'NewLocation' })

const Vcard = z.strictObject({
  name: Name.optional(),
  vcard: z.string().max(10_000).meta({ description: 'A whole vCard, BEGIN:VCARD to END:VCARD' }),
})
const Card = z.strictObject({ name: Name, phoneNumber: z.string().max(40), organization: Name.optional() })
export const Contact = z.union([Card, Vcard]).meta({ id: 'NewContact' })
export type Contact = z.infer<typeof Contact>

export const Poll = z
  .strictObject({
    question: Line.max(255),
    options: z
      .array(Line.max(100))
      .min(2, 'must have at least two')
      .max(12, 'must have twelve at most')
      .refine((options) => new Set(options).size === options.length, 'must differ from each other'),
    multipleAnswers: z.boolean().default(false),
  })
  .meta({ id: 'NewPoll' })

export const EventCard = z
  .strictObject({
    name: Name,
    description: Text.max(2_048).optional(),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime().optional(),
    location: z
      .strictObject({ name: Name.optional(), latitude: Latitude.optional(), longitude: Longitude.optional() })
      .optional(),
    joinLink: z
      .url({ protocol: /^https$/ })
      .max(2_000)
      .optional(),
  })
  .refine(
    ({ startsAt, endsAt }) => !endsAt || Date.parse(endsAt) > Date.parse(startsAt),
    'must end after it starts',
  )
  .meta({ id: 'NewEvent' })

/** One emoji is at most so long, with its skin tones and joiners. */
const EMOJI =
  /^(?=.{0,40}$)(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\p{RI}|\u200d|\ufe0f|[\u{e0020}-\u{e007f}])*$/u

export const Emoji = z.string().regex(EMOJI, 'must be an emoji')

const reference = { messageId: MessageId.meta({ example: EXAMPLE.id }) }
export const Reaction = z.strictObject({
  ...reference,
  emoji: Emoji.meta({ description: 'Empty takes the reaction back' }),
})
export const Vote = z.strictObject({
  ...reference,
  options: z.array(z.string().max(100)).max(12).meta({ description: 'None takes the vote back' }),
})
export const Response = z.strictObject({ ...reference, answer: z.enum(['going', 'not_going', 'maybe']) })
export const Forward = z.strictObject(reference)
const described = { ...source, caption: Text.max(1_024).optional() }
/** A string is a URL. */
const one = <S extends z.ZodRawShape>(shape: S, id: string) =>
  z
    .preprocess(
      (given) => (typeof given === 'string' ? { url: given } : given),
      z.strictObject(shape).refine((given) => hasOneSource(given as Source), ONE_SOURCE),
    )
    .meta({ id, description: 'A URL, or a file with what belongs to it' })

const files = {
  image: one(described, 'NewImage').optional(),
  video: one(
    {
      ...described,
      note: z.boolean().optional().meta({ description: 'A round video note' }),
      gif: z.boolean().optional().meta({ description: 'Played like a GIF' }),
      convert: z.boolean().optional().meta({
        description: 'Made into MP4 with H.264 first; then it may also be WebM, Matroska, AVI or a GIF',
      }),
    },
    'NewVideo',
  ).optional(),
  audio: one(
    {
      ...source,
      voice: z.boolean().optional().meta({
        description:
          'A voice note; what is not Ogg with Opus is made into that, also WAV, FLAC, AIFF and WebM',
      }),
    },
    'NewAudio',
  ).optional(),
  document: one(described, 'NewDocument').optional(),
  sticker: one(source, 'NewSticker').optional(),
}

const AlbumEntry = z
  .strictObject({ image: files.image, video: files.video })
  .refine(
    ({ image, video }) => (image === undefined) !== (video === undefined),
    'must be an image or a video',
  )
  .meta({ id: 'NewAlbumEntry' })

export const LinkPreview = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .meta({ description: 'As it stands in the text' }),
  title: Line.max(300).optional(),
  description: Line.max(1_000).optional(),
})

const Color = z.string().regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #25D366')
/** WhatsApp's numbers: system, system text, script, bold, Morning Breeze, Calistoga, Exo 2, Courier Prime. */
const FONTS = [0, 1, 2, 6, 7, 8, 9, 10] as const
const Style = z
  .strictObject({
    backgroundColor: Color.optional(),
    textColor: Color.optional(),
    font: z.literal(FONTS).optional(),
  })
  .meta({ id: 'NewStyle' })

/** What a status can be, and what can be posted in a channel. */
const OF_STATUS: readonly string[] = ['text', 'image', 'video', 'audio', 'reaction', 'forward']
const OF_CHANNEL: readonly string[] = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'forward']

const kinds = {
  text: Text.optional(),
  ...files,
  album: z.array(AlbumEntry).min(2).max(30).optional().meta({
    description: 'Images and videos that are shown as one; each is a message of its own as well',
  }),
  location: Location.optional(),
  contact: Contact.optional(),
  contacts: z.array(Contact).min(1).max(20).optional(),
  poll: Poll.optional(),
  event: EventCard.optional(),
  reaction: Reaction.optional(),
  vote: Vote.optional(),
  response: Response.optional(),
  forward: Forward.optional(),
}
export type Kind = keyof typeof kinds
export const KINDS = Object.keys(kinds) as Kind[]

/** Those that say themselves which chat they belong to. */
const AT_HOME: readonly Kind[] = ['reaction', 'vote', 'response']

/** What a post cannot have: it answers nothing, mentions nobody, and everybody may look at it again. */
const NOT_IN_CHANNELS = ['replyTo', 'mentions', 'viewOnce'] as const

type Given = { [K in Kind | (typeof NOT_IN_CHANNELS)[number]]?: unknown } & {
  to?: string | undefined
  style?: unknown
  statusRecipients?: unknown
}

function asStatus(body: Given, context: z.RefinementCtx): void {
  const fail = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  const isOne = isStatus(body.to?.trim() ?? '')
  if (isOne && KINDS.some((kind) => body[kind] !== undefined && !OF_STATUS.includes(kind)))
    fail('to', `a status is one of ${OF_STATUS.join(', ')}`)
  if (isChannel(body.to?.trim() ?? '')) {
    if (KINDS.some((kind) => body[kind] !== undefined && !OF_CHANNEL.includes(kind)))
      fail('to', `in a channel can be posted: ${OF_CHANNEL.join(', ')}`)
    for (const field of NOT_IN_CHANNELS) if (body[field]) fail(field, 'does not go with a post in a channel')
  }
  if (body.style && (!isOne || !(body.text ?? body.audio)))
    fail('style', 'belongs to a status that is a text or an audio')
  if (body.statusRecipients && !isOne) fail('statusRecipients', 'belongs to a status')
}

/** A new user writes the words beside the file. */
const togetherness = ([one, other]: Kind[]): string =>
  one === 'text' && other && CAPTIONED.includes(other)
    ? `cannot go together with text: its words are ${other}.caption`
    : `cannot go together with ${one}`
const CAPTIONED: readonly Kind[] = ['image', 'video', 'document']

export const NewMessage = z
  .strictObject({
    sessionId: z.string().min(1),
    to: Address.optional().meta({
      description:
        'An international phone number, or a WhatsApp id of a person, group or channel, or `status`. Not needed for a reaction, a vote or the answer to an event',
    }),
    ...kinds,
    replyTo: MessageId.optional().meta({ description: 'The id of the message that this one answers' }),
    mentions: z
      .array(Address)
      .min(1)
      .max(1_024)
      .optional()
      .meta({ description: 'Who is mentioned in the text as @number; `all` names everybody in a group' }),
    linkPreview: z
      .union([z.literal(true), LinkPreview])
      .optional()
      .meta({ description: '`true` fetches what the first link in the text shows, when it is sent' }),
    sendAt: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When it is to be sent, up to a year ahead; until then it can be deleted' }),
    viewOnce: z
      .boolean()
      .optional()
      .meta({ description: 'Of an image, a video or an audio: it can be seen once' }),
    style: Style.optional().meta({ description: 'Of a status: how a text or a voice note looks' }),
    statusRecipients: z.array(Address).min(1).max(MOST_RECIPIENTS).optional().meta({
      description: 'Of a status: who sees it. Everybody that the session has a chat with, without it',
    }),
  })
  .superRefine((body, context) => {
    const given = KINDS.filter((kind) => body[kind] !== undefined)
    const fail = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (given.length === 0) return fail('text', `is required, or one of ${KINDS.slice(1).join(', ')}`)
    if (given.length > 1) fail(given[1] ?? '', togetherness(given))
    if (body.to === undefined && !given.every((kind) => AT_HOME.includes(kind))) fail('to', 'is required')
    if (body.linkPreview && body.text === undefined) fail('linkPreview', 'belongs to a text')
    const { linkPreview: shown, text = '' } = body
    if (shown && !(shown === true ? linkIn(text) : text.includes(shown.url)))
      fail('linkPreview', 'must be of a URL that stands in the text')
    if (body.viewOnce && !body.image && !body.video && !body.audio)
      fail('viewOnce', 'belongs to an image, a video or an audio')
    if (body.album && (body.replyTo || body.mentions || body.viewOnce))
      fail('album', 'cannot go together with replyTo, mentions or viewOnce')
    if (body.replyTo && given.some((kind) => AT_HOME.includes(kind)))
      fail('replyTo', 'cannot go together with it')
  })
  .superRefine(asStatus)
  .meta({ id: 'NewMessage' })
export type NewMessage = z.infer<typeof NewMessage>
