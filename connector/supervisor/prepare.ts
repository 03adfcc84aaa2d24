/**
 * From what is asked to what is sent: content becomes WhatsApp's encoding, with everything at hand that it needs for
 * that (the poll that is voted in, the file that goes along). Nothing in here is seen by WhatsApp as a message, so it may
 * be done again after a crash.
 */
import { isPlain } from '#core/contract/content.ts'
import { encode, textMessage, Unsendable } from '../convert/index.ts'
import type { Device } from '../socket/index.ts'
import type { Send } from './outbox.ts'
import type { SessionParts } from './parts.ts'

/** `reason` says why it will never be sent; without one it can be tried again. */
export type Prepared = { message: Uint8Array } | { reason: string | undefined }

type Parts = Pick<SessionParts, 'keys' | 'log'>

export const preparing =
  ({ keys, log }: Parts, device: Device) =>
  async ({ messageId, to, content, acceptedAt }: Send): Promise<Prepared> => {
    if (isPlain(content)) return { message: textMessage(content.text ?? '') }
    try {
      const about =
        content.type === 'poll_vote' && content.target ? await keys.about(content.target) : undefined
      return { message: encode(content, { to, me: device.me, at: Date.parse(acceptedAt), about }) }
    } catch (error) {
      if (error instanceof Unsendable) return { reason: error.reason }
      log.warn({ err: error, messageId }, 'message not prepared yet')
      return { reason: undefined }
    }
  }
