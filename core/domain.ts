/** What the verbs of the domain work with. Every part of it comes in from outside, so that tests own time and ids. */
import type { Store } from './platform/dynamo.ts'
import type { Notes } from './platform/notes.ts'
import type { Commands } from './platform/queue.ts'
import type { Retention } from './retention.ts'

export type Domain = {
  /** Carries the clock too: `store.now()`. */
  store: Store
  commands: Commands
  log: Notes
  retention: Retention
  shards: number
  newSessionId(): string
  newMessageId(): string
  /** Rises with every call. */
  newEventId(): string
}
