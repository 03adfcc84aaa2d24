/** Ids as WhatsApp writes them. */
import { randomBytes } from 'node:crypto'

/** An id for what the server itself sends. */
export const stanzaId = (): string => randomBytes(8).toString('hex').toUpperCase()

/** A message id as iPhones make them, so that clients recognise a phone in it. */
export const phoneMessageId = (): string => `3A${randomBytes(9).toString('hex').toUpperCase()}`
