/**
 * What of an encrypted session's events and messages is concealed: everything that somebody said, and nothing that has to be
 * found, counted or kept in order.
 */
import type { Event } from './contract/event.ts'
import { Concealed } from './platform/concealed.ts'

/** Of whose session something is, and whether that keeps what is said sealed. */
export type Origin = { accountId: string; encrypted?: true | undefined }

/** Attributes of a message that hold what it says. */
const SAID = new Set([
  'sender',
  'fingerprint',
  'text',
  'quoted',
  'mentions',
  'mentioned',
  'linkPreview',
  'groupInvite',
  'media',
  'location',
  'contacts',
  'poll',
  'event',
  'choices',
  'options',
  'selected',
  'answer',
  'sealed',
])
/** What people did to it: see message.ts. */
const DONE = /^(reaction|vote|response):/

/** Events that tell how a session is, and nothing of what is said, or of whom. */
const OPEN = /^(session|history)\./

export const hidden = ({ accountId, encrypted }: Origin, value: unknown): unknown =>
  encrypted && value !== undefined ? new Concealed(accountId, value) : value

/** One attribute of a message, by its name. */
export const hiddenAttribute = (origin: Origin, name: string, value: unknown): unknown =>
  SAID.has(name) || DONE.test(name) ? hidden(origin, value) : value

/** The item of a message, or a part of it. */
export const hiddenMessage = <M extends Record<string, unknown>>(origin: Origin, message: M): M =>
  origin.encrypted
    ? (Object.fromEntries(
        Object.entries(message).map(([name, value]) => [name, hiddenAttribute(origin, name, value)]),
      ) as M)
    : message

export const hiddenEvent = (event: Event): Record<string, unknown> =>
  event.encrypted && !OPEN.test(event.type)
    ? { ...event, payload: hidden(event, event.payload) }
    : { ...event }
