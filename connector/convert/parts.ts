/** What the kinds of messages say beside their words, from WhatsApp's terms into ours. */
import type { proto } from '@whiskeysockets/baileys'
import type { ContactCard, Content, Media } from '#core/contract/content.ts'
import { iso } from '#core/platform/clock.ts'

type Part<F extends keyof proto.IMessage> = NonNullable<proto.IMessage[F]>
type Wide = number | { toString(): string } | null | undefined

const number = (value: Wide): number | undefined => {
  const read = value == null ? Number.NaN : Number(value.toString())
  return Number.isFinite(read) && read !== 0 ? read : undefined
}
/** What WhatsApp says in whole seconds. */
const moment = (seconds: Wide): string | undefined => {
  const read = number(seconds)
  return read === undefined || read > 8.64e12 ? undefined : iso(read * 1_000)
}

/** Leaves out what is not there. */
function given<T extends Record<string, unknown>>(facts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const present = Object.entries(facts).filter(
    ([, value]) => value !== undefined && value !== null && value !== '' && value !== false,
  )
  return Object.fromEntries(present) as { [K in keyof T]?: NonNullable<T[K]> }
}

/** A text, with what belongs to its link, and how it looks as a status. */
export const written = (text: Part<'extendedTextMessage'>): Partial<Content> => ({
  ...linkPreview(text),
  ...style(text),
})

type Styled = { backgroundArgb?: Wide; textArgb?: Wide; font?: Wide }
const style = ({ backgroundArgb, textArgb, font }: Styled): Partial<Content> => {
  const backgroundColor = color(backgroundArgb)
  const textColor = color(textArgb)
  if (!backgroundColor && !textColor) return {}
  return { style: { ...given({ backgroundColor, textColor, font: number(font) }) } }
}
/** `#RRGGBB`, whatever the transparency. */
const color = (argb: Wide): string | undefined => {
  const read = number(argb)
  return read === undefined ? undefined : `#${(read & 0xffffff).toString(16).padStart(6, '0').toUpperCase()}`
}

const linkPreview = ({ matchedText, title, description }: Part<'extendedTextMessage'>): Partial<Content> =>
  matchedText && (title || description)
    ? { linkPreview: { url: matchedText, ...given({ title, description }) } }
    : {}

type File = { mimetype?: string | null; fileLength?: Wide; fileSha256?: Uint8Array | null }

const media = (file: File, more: Partial<Media> = {}): Partial<Content> => ({
  media: {
    mimetype: file.mimetype || 'application/octet-stream',
    ...given({
      size: number(file.fileLength),
      sha256: file.fileSha256?.length ? Buffer.from(file.fileSha256).toString('hex') : undefined,
    }),
    ...more,
  },
})
const extent = ({ width, height }: { width?: number | null; height?: number | null }) =>
  given({ width, height })
const lasting = (seconds: number | null | undefined) => given({ durationSeconds: seconds })

export const image = (file: Part<'imageMessage'>): Partial<Content> => media(file, extent(file))
export const video = (file: Part<'videoMessage'>): Partial<Content> =>
  media(file, { ...extent(file), ...lasting(file.seconds), ...given({ animated: file.gifPlayback }) })
export const videoNote = (file: Part<'ptvMessage'>): Partial<Content> =>
  media(file, { ...extent(file), ...lasting(file.seconds), note: true })
export const audio = (file: Part<'audioMessage'>): Partial<Content> => ({
  ...media(file, { ...lasting(file.seconds), ...given({ voice: file.ptt }) }),
  ...style(file),
})
export const document = (file: Part<'documentMessage'>): Partial<Content> =>
  media(file, given({ fileName: file.fileName ?? file.title, pages: file.pageCount }))
export const sticker = (file: Part<'stickerMessage'>): Partial<Content> =>
  media(file, { ...extent(file), ...given({ animated: file.isAnimated }) })

export const location = ({
  degreesLatitude,
  degreesLongitude,
  name,
  address,
  url,
  isLive,
  accuracyInMeters,
}: Part<'locationMessage'>): Partial<Content> => ({
  location: {
    latitude: degreesLatitude ?? 0,
    longitude: degreesLongitude ?? 0,
    ...given({ name, address, url, live: isLive, accuracyMeters: accuracyInMeters }),
  },
})

export const liveLocation = (place: Part<'liveLocationMessage'>): Partial<Content> => ({
  location: {
    latitude: place.degreesLatitude ?? 0,
    longitude: place.degreesLongitude ?? 0,
    live: true,
    ...given({
      accuracyMeters: place.accuracyInMeters,
      speedMetersPerSecond: place.speedInMps,
      headingDegrees: place.degreesClockwiseFromMagneticNorth,
    }),
  },
})

/** A vCard's number: WhatsApp's own id of it where there is one, else what is written. */
const PHONE = /^(?:item\d+\.)?TEL([^:\r\n]*):([^\r\n]*)$/im
const WHATSAPP_ID = /;waid=(\d+)/i
const ORGANIZATION = /^ORG[^:\r\n]*:([^\r\n]*)$/im

function cardOf({ displayName, vcard }: Part<'contactMessage'>): ContactCard {
  const text = vcard ?? ''
  const [, parameters = '', written] = PHONE.exec(text) ?? []
  const [, whatsappId] = WHATSAPP_ID.exec(parameters) ?? []
  const [, organization] = ORGANIZATION.exec(text) ?? []
  const phoneNumber = whatsappId ? `+${whatsappId}` : written?.trim()
  return {
    name: displayName ?? '',
    vcard: text,
    ...given({ phoneNumber, organization: organization?.replace(/;+$/, '').trim() }),
  }
}
export const contact = (card: Part<'contactMessage'>): Partial<Content> => ({ contacts: [cardOf(card)] })
export const contacts = ({ contacts: cards }: Part<'contactsArrayMessage'>): Partial<Content> => ({
  contacts: (cards ?? []).map(cardOf),
})

export const poll = ({
  name,
  options,
  selectableOptionsCount,
}: Part<'pollCreationMessage'>): Partial<Content> => ({
  poll: {
    question: name ?? '',
    options: (options ?? []).map(({ optionName }) => optionName ?? ''),
    selectable: selectableOptionsCount ?? 0,
  },
})

export const event = (card: Part<'eventMessage'>): Partial<Content> => {
  const { name, description, startTime, endTime, joinLink, isCanceled, location: place } = card
  const where =
    place && given({ name: place.name, latitude: place.degreesLatitude, longitude: place.degreesLongitude })
  return {
    event: {
      name: name ?? '',
      startsAt: moment(startTime) ?? iso(0),
      ...given({ description, endsAt: moment(endTime), joinLink, cancelled: isCanceled, location: where }),
    },
  }
}

export const album = ({
  expectedImageCount,
  expectedVideoCount,
}: Part<'albumMessage'>): Partial<Content> => ({
  album: { images: expectedImageCount ?? 0, videos: expectedVideoCount ?? 0 },
})

export const groupInvite = ({
  groupJid,
  inviteCode,
  groupName,
  inviteExpiration,
}: Part<'groupInviteMessage'>): Partial<Content> =>
  groupJid && inviteCode
    ? {
        groupInvite: {
          groupId: groupJid,
          code: inviteCode,
          ...given({ subject: groupName, expiresAt: moment(inviteExpiration) }),
        },
      }
    : {}
