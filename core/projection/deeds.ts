/**
 * How what people do to a message changes its item: one attribute for each person and kind, so that what two people do
 * at once never collides, and what one person does again takes the place of what was there.
 */
import type { Event } from '../contract/event.ts'
import { chatPartition, DEEDS_CHAT, REACTION_PREFIX, RESPONSE_PREFIX, VOTE_PREFIX } from '../message.ts'
import { iso } from '../platform/clock.ts'

const DEED_EVENTS = [
  'message.reaction',
  'message.edited',
  'message.deleted',
  'message.pinned',
  'poll.vote',
  'event.response',
  'message.media',
  'message.starred',
  'message.removed',
] as const satisfies Event['type'][]
export type DeedEvent = Extract<Event, { type: (typeof DEED_EVENTS)[number] }>
export const isDeedEvent = (event: Event): event is DeedEvent =>
  DEED_EVENTS.includes(event.type as DeedEvent['type'])

/** What goes with a message that was deleted for everyone: its content, and what people said about it. */
const CONTENT = [
  'text',
  'quoted',
  'mentions',
  'mentioned',
  'linkPreview',
  'media',
  'location',
  'contacts',
  'poll',
  'event',
  'options',
  'selected',
  'sealed',
]

/** Attributes with their new values; undefined removes one. */
export function changeBy(event: DeedEvent): [string, unknown][] {
  if (event.type === 'message.media')
    return [
      ['media', event.payload.media],
      ['waitPk', undefined],
      ['waitSk', undefined],
    ]
  if (event.type === 'message.starred') return [['starred', event.payload.starred || undefined]]
  if (event.type === 'message.removed')
    return [
      ['removedAt', event.timestamp],
      ['chatPk', chatPartition(event.sessionId, DEEDS_CHAT)],
    ]
  const { timestamp: at } = event.payload
  switch (event.type) {
    case 'message.reaction': {
      const { emoji } = event.payload
      return by(event, REACTION_PREFIX, emoji === '' ? undefined : { emoji, at })
    }
    case 'poll.vote': {
      const { options } = event.payload
      return by(event, VOTE_PREFIX, options.length === 0 ? undefined : { options, at })
    }
    case 'event.response':
      return by(event, RESPONSE_PREFIX, { response: event.payload.response, at })
    case 'message.edited':
      return [
        ['text', event.payload.text],
        ['editedAt', at],
      ]
    case 'message.deleted':
      return [...CONTENT.map((name): [string, unknown] => [name, undefined]), ['deletedAt', at]]
    case 'message.pinned': {
      const { seconds } = event.payload
      return [['pinnedUntil', seconds === undefined ? undefined : iso(Date.parse(at) + seconds * 1_000)]]
    }
  }
}

/** It takes the place of what the same person did when the number was not known yet. */
function by({ payload }: Deed, prefix: string, value: unknown): [string, unknown][] {
  const { from, sender } = payload
  const before = sender.lid && sender.lid !== from ? [sender.lid] : []
  return [
    [`${prefix}${from}`, value],
    ...before.map((lid): [string, unknown] => [`${prefix}${lid}`, undefined]),
  ]
}
type Deed = Extract<DeedEvent, { type: 'message.reaction' | 'poll.vote' | 'event.response' }>
