/**
 * From what is asked to what is sent: content becomes WhatsApp's encoding, with everything at hand that it needs for
 * that (the poll that is voted in, the file that goes along). Nothing in here is seen by WhatsApp as a message, so it may
 * be done again after a crash.
 */
import { type Content, isPlain } from '#core/contract/content.ts'
import { isChannel } from '#core/jid.ts'
import { encode, textMessage, Unsendable } from '../convert/index.ts'
import type { Attributes, Connection, Device } from '../socket/index.ts'
import type { Send } from './outbox.ts'
import type { SessionParts } from './parts.ts'

/** What the device takes: the encoded message, and what its stanza has to say besides. */
export type Ready = { message: Uint8Array; attributes?: Attributes }
/** `reason` says why it will never be sent; without one it can be tried again. */
export type Prepared = Ready | { reason: string | undefined }

export type PrepareParts = Pick<SessionParts, 'keys' | 'uploads' | 'previews' | 'log'> & {
  /** The present connection, while it is open. */
  opened(): Connection | undefined
}

/** After so many, about a quarter of a minute, it is given up. Only its own chat waits meanwhile. */
const ATTEMPTS = 8

export function preparing(parts: PrepareParts) {
  const failures = new Map<string, number>()

  const failed = ({ messageId, content }: Send, error: unknown): Prepared => {
    if (content.media && !parts.opened()) return { reason: undefined }
    const count = (failures.get(messageId) ?? 0) + 1
    failures.set(messageId, count)
    parts.log.warn({ err: error, messageId, attempt: count }, 'message not prepared yet')
    if (count < ATTEMPTS) return { reason: undefined }
    failures.delete(messageId)
    return { reason: content.media ? 'media_not_uploaded' : 'not_prepared' }
  }

  return async (device: Device, send: Send): Promise<Prepared> => {
    const { content, messageId } = send
    if (isPlain(content)) return { message: textMessage(content.text ?? '') }
    if (content.media && !parts.opened()) return { reason: undefined }
    try {
      const prepared = await encoded(parts, device, send)
      failures.delete(messageId)
      return prepared
    } catch (error) {
      return error instanceof Unsendable ? { reason: error.reason } : failed(send, error)
    }
  }
}

async function encoded(
  { keys, uploads, previews, opened }: PrepareParts,
  device: Device,
  { to, content, acceptedAt }: Send,
): Promise<Prepared> {
  const { target } = content
  const about = target && needsIt(content, to) ? await keys.about(target, to) : undefined
  const connection = opened()
  const uploaded = content.media && connection ? await uploads(content, to, connection) : undefined
  const at = Date.parse(acceptedAt)
  const { linkPreview } = content
  const preview = linkPreview?.fetch ? await previews(linkPreview.url) : undefined
  const message = encode(content, { to, me: device.me, at, about, uploaded: uploaded?.message, preview })
  return uploaded?.handle ? { message, attributes: { media_id: uploaded.handle } } : { message }
}

/** A vote takes the keys of its poll, an answer those of its event; in a channel an edit takes the place of the whole post, its file included. */
const needsIt = ({ type }: Content, to: string): boolean =>
  type === 'poll_vote' || type === 'event_response' || (type === 'edit' && isChannel(to))
