/**
 * What is said on a live connection: JSON, one object per frame. This module is what clients build on, and loads
 * nothing, so that a browser can take its types.
 */
import type { EventView } from '../events/view.ts'

/** What a client offers in Sec-WebSocket-Protocol, and behind which prefix its ticket stands there. */
export const PROTOCOL = 'linekeeper.v1'
export const TICKET_PREFIX = 'linekeeper.ticket.'

export type ClientFrame =
  /**
   * `after` says where to go on, for each session: a cursor, or the id of an event. Sessions that it does not name begin
   * now. With `sessions: '*'` they begin at their beginning when there is an `after`, even an empty one, because they were
   * made since; and those that the connection hears of already stay as they are. `campaigns` are heard of whatever else
   * is asked for: their events come from the logs of their sessions, which the answer names.
   */
  | {
      type: 'subscribe'
      id?: string
      sessions?: '*' | string[]
      campaigns?: string[]
      events?: string[]
      after?: Record<string, string>
    }
  | { type: 'unsubscribe'; id?: string; sessions?: '*' | string[]; campaigns?: string[] }
  | { type: 'ping'; id?: string }

/** A LiveEvent that is too large for a frame comes without its payload: read it from the log. */
export type LiveEvent = EventView & { tooLarge?: true }

export type ServerFrame =
  /** `sessions` tells the cursor of each. Large answers come in several frames, all but the last with `more`. */
  | { type: 'subscribed'; id?: string; sessions: Record<string, string>; more?: true }
  | { type: 'unsubscribed'; id?: string; sessions: string[] }
  /** In the order of the log. Who goes on behind `cursor` sees each event once. */
  | { type: 'events'; sessionId: string; events: LiveEvent[]; cursor: string }
  /** Not in the log: told once, to whoever listens. */
  | { type: 'volatile'; sessionId: string; event: LiveEvent }
  /** Events that a cursor had not seen were kept no longer: read the present state by the API. */
  | { type: 'gap'; sessionId: string }
  /** Nothing more will come of this session. */
  | { type: 'ended'; sessionId: string; code: string; error: string }
  | { type: 'pong'; id?: string }
  /** With `closing` the connection ends behind it. */
  | {
      type: 'error'
      id?: string
      code: string
      error: string
      details?: Record<string, unknown>
      closing?: true
    }
