/**
 * What phones see of others beside messages: that they type or record, and how far the messages got that were written on
 * the phone. Typing is forgotten with the process, as a phone forgets it.
 */
import type { Person } from '../people/people.ts'
import type { Store } from '../store.ts'

/** `from` is a number with a plus, `chat` the same or a group. */
export type Activity = { from: string; chat: string; state: string; at: string }
/** How far a message got with one person. */
export type Reached = { by: string; status: 'delivered' | 'read' | 'played'; at: string }
export type Sightings = ReturnType<typeof openSightings>

/** Activities that one phone remembers. */
const REMEMBERED = 100

export function openSightings(store: Store) {
  const reached = store.table<Reached[]>('reached')
  const activities = new Map<string, Activity[]>()
  const now = () => new Date().toISOString()
  return {
    active(reader: Person, from: Person, chat: string, state: string): void {
      const seen = activities.get(reader.lid) ?? []
      const one = { from: `+${from.number}`, chat, state, at: now() }
      activities.set(reader.lid, [...seen, one].slice(-REMEMBERED))
    },
    /** Oldest first. */
    of: ({ lid }: Person): Activity[] => activities.get(lid) ?? [],

    reached(messageId: string, by: Person, status: Reached['status']): void {
      const before = reached.get(messageId) ?? []
      const isKnown = before.some((one) => one.by === `+${by.number}` && one.status === status)
      if (!isKnown) reached.put(messageId, [...before, { by: `+${by.number}`, status, at: now() }])
    },
    receiptsOf: (messageId: string): Reached[] => reached.get(messageId) ?? [],
    forget: () => activities.clear(),
  }
}
