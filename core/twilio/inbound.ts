/**
 * What Twilio's webhook says about an incoming message. Twilio adds fields without notice, so nothing unknown is an
 * error: what has no place of its own is kept under `fields`.
 * https://www.twilio.com/docs/messaging/guides/webhook-request
 */
import type { Person } from '../conversation/conversation.ts'
import { message, type NewMessage } from '../conversation/message.ts'
import { phoneOf } from '../conversation/phone.ts'
import { Fault } from '../platform/fault.ts'

/** The first value of each field. */
export type Fields = Readonly<Record<string, string>>

export type Inbound = { accountSid: string; person: Person; number: string; message: NewMessage }

/** @throws Fault VALIDATION_ERROR that names what is missing */
export function readInbound(fields: Fields, timestamp: string): Inbound {
  const id = required(fields, 'MessageSid', fields.MessageSid ?? fields.SmsSid ?? fields.SmsMessageSid)
  const from = required(fields, 'From')
  const phoneNumber = phoneOf(from)
  const name = fields.ProfileName?.trim().slice(0, 200).toWellFormed()
  const media = mediaOf(fields)
  return {
    accountSid: required(fields, 'AccountSid'),
    number: phoneOf(required(fields, 'To')) ?? required(fields, 'To'),
    person: {
      key: phoneNumber ?? from,
      phoneNumber: phoneNumber ?? null,
      address: phoneNumber ? `${schemeOf(from)}${phoneNumber}` : from,
      ...(name ? { name } : {}),
    },
    message: message({
      id,
      content: fields.Body ?? '',
      type: media.some(({ contentType }) => contentType.startsWith('image/')) ? 'image' : 'text',
      direction: 'inbound',
      author: 'customer',
      timestamp,
      metadata: metadataOf(fields, media),
    }),
  }
}

const MAX_ID = 200

function required(fields: Fields, name: string, value = fields[name]): string {
  if (value && value.length <= MAX_ID) return value
  throw new Fault('VALIDATION_ERROR', `The field ${name} is missing, or too long.`)
}

const schemeOf = (address: string): string => /^[a-z]+:/i.exec(address)?.[0].toLowerCase() ?? ''

type Media = { url: string; contentType: string }

function mediaOf(fields: Fields): Media[] {
  const count = Math.min(Number(fields.NumMedia) || 0, 10)
  return Array.from({ length: count }, (_, index) => ({
    url: fields[`MediaUrl${index}`] ?? '',
    contentType: fields[`MediaContentType${index}`] ?? 'application/octet-stream',
  })).filter(({ url }) => url !== '')
}

/** Fields that stand elsewhere, under their own name or another. */
const PLACED =
  /^(Body|From|To|AccountSid|(Message|Sms|SmsMessage)Sid|SmsStatus|MessageType|ProfileName|WaId|NumMedia|Media(Url|ContentType)\d+|Latitude|Longitude|Address|Label|Button(Text|Payload)|List(Id|Title|Description)|OriginalRepliedMessage(Sid|Sender)|Forwarded|FrequentlyForwarded|Referral[A-Z]\w*)$/

function metadataOf(fields: Fields, media: Media[]): Record<string, unknown> {
  const { Latitude, Longitude, ButtonText, ButtonPayload, ListId, ListTitle } = fields
  const hasPlace =
    Number.isFinite(Number.parseFloat(Latitude ?? '')) && Number.isFinite(Number.parseFloat(Longitude ?? ''))
  const others = Object.entries(fields).filter(([name]) => !PLACED.test(name))
  const referral = Object.entries(fields).filter(([name]) => /^Referral(?!NumMedia)[A-Z]/.test(name))
  return {
    kind: kindOf(fields, media),
    ...present({ profileName: fields.ProfileName, waId: fields.WaId }),
    ...(media.length > 0 ? { media } : {}),
    ...(hasPlace
      ? {
          location: {
            latitude: Number.parseFloat(Latitude ?? ''),
            longitude: Number.parseFloat(Longitude ?? ''),
            ...present({ address: fields.Address, label: fields.Label }),
          },
        }
      : {}),
    ...(ButtonText || ButtonPayload ? { button: present({ text: ButtonText, payload: ButtonPayload }) } : {}),
    ...(ListId || ListTitle
      ? { list: present({ id: ListId, title: ListTitle, description: fields.ListDescription }) }
      : {}),
    ...(fields.OriginalRepliedMessageSid
      ? {
          repliedTo: present({
            id: fields.OriginalRepliedMessageSid,
            sender: fields.OriginalRepliedMessageSender,
          }),
        }
      : {}),
    ...(fields.Forwarded === 'true' ? { forwarded: true } : {}),
    ...(fields.FrequentlyForwarded === 'true' ? { frequentlyForwarded: true } : {}),
    ...(referral.length > 0 ? { referral: Object.fromEntries(referral) } : {}),
    ...(others.length > 0 ? { fields: Object.fromEntries(others) } : {}),
  }
}

const present = (facts: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''))

/** What the message really is; Twilio's own word for it where it gives one. */
function kindOf(fields: Fields, media: Media[]): string {
  if (fields.MessageType) return fields.MessageType
  if (fields.Latitude) return 'location'
  if (fields.ListId) return 'list'
  if (fields.ButtonText || fields.ButtonPayload) return 'button'
  const [first] = media
  if (!first) return 'text'
  const [family = ''] = first.contentType.split('/')
  if (['image', 'audio', 'video'].includes(family)) return family
  return /vcard/i.test(first.contentType) ? 'contact' : 'document'
}
