/** What was written to logs of sessions, as the events that it is; what is sealed on its way into the store is open here. */
import { Event } from '#core/contract/event.ts'
import { Concealed } from '#core/platform/concealed.ts'
import type { Item } from '#core/platform/dynamo.ts'

export const eventsIn = (items: Item[]): Event[] =>
  items.map(({ payload, ...item }) =>
    Event.parse({ ...item, payload: payload instanceof Concealed ? payload.value : payload }),
  )
