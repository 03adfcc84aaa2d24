/** What we write, as WhatsApp encodes it. */
import { proto } from '@whiskeysockets/baileys'

/** An encoded `proto.Message` with this text; the same text always gives the same bytes. */
export const textMessage = (text: string): Uint8Array =>
  proto.Message.encode({ extendedTextMessage: { text } }).finish()
