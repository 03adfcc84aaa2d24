/** What the verbs of conversations work with; time comes with the store, ids come in, so that tests own both. */
import type { Store } from '../platform/dynamo.ts'
import type { Retention } from '../retention.ts'
import type { Guesses } from './guesses.ts'

export type Desk = {
  store: Store
  retention: Retention
  /** How long a conversation lives after its last message, in ms. */
  conversationTtl: number
  newConversationId(): string
  /** Spares reads in a process that lives on. */
  guesses?: Guesses
  /** ULIDs that rise with every call: places in the log and in a conversation. */
  newEventId(): string
}
