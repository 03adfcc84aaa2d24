/**
 * Which events somebody wants to hear of: types as they are (`message.received`), groups of them (`message.*`), or all
 * (`*`). One grammar for webhooks and live connections. A pattern for types that do not exist yet is no error, so that a
 * client can ask for what a later version will tell.
 */
import * as z from 'zod'

const PATTERN = /^(\*|[a-z]+(\.[a-z_-]+)*(\.\*)?)$/

export const EventPattern = z
  .string()
  .max(64)
  .regex(PATTERN, 'must be a type of event such as message.received, a group such as message.*, or *')

/** Patterns, of which one has to fit. */
export const EventFilter = z.array(EventPattern).min(1).max(50).meta({
  id: 'EventFilter',
  description: 'Types of events (`message.received`), groups of them (`message.*`), or `*` for all',
})
export type EventFilter = z.infer<typeof EventFilter>

export const EVERYTHING: EventFilter = ['*']
/** There is no such type. */
export const NOTHING: EventFilter = ['nothing']

export const wants = (filter: readonly string[], type: string): boolean =>
  filter.some((pattern) => fits(pattern, type))

function fits(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))
}
