/** What a conversion knows besides the row itself. */
import type { proto } from '@whiskeysockets/baileys'
import type { Media } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import type { Me } from '../socket/index.ts'
import type { Directory } from './identity.ts'

export type Context = {
  session: { sessionId: string; accountId: string }
  me: Me | undefined
  directory: Directory
  /** The LID (`<digits>@lid`) of a phone number, when the device has learnt it. */
  lidOf?(phoneNumber: string): string | undefined
  /** Closes what only this session may open again; the answer is text. */
  seal?(bytes: Uint8Array, messageId: string): string
  /** What becomes of the file of a message that has just come; without it nothing is said of that. */
  stateOf?(media: Media, of: { type: string; chatId: string }): NonNullable<Media['state']>
  /** False when the session keeps no messages. */
  isKept?: boolean
  /** The message that the row is about (see `isAbout`), when it is known, with the keys that came with it. */
  about?: About | undefined
  /** ISO 8601. */
  now: string
}

export type About = { facts: MessageFacts; message: proto.IMessage }

/** What is told, without where it stands and when. */
export type Told<E extends Event = Event> = E extends Event ? Pick<E, 'type' | 'payload'> : never

/** The id of the n-th event of one row: it sorts directly behind the row's own. */
export const nthId = (rowId: string, index: number): string => (index === 0 ? rowId : `${rowId}.${index}`)
