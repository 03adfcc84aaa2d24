/** As much of a line as one transaction takes, and the writes by which it becomes part of a conversation. */
import type { Desk } from './desk.ts'
import type { Heard } from './heard.ts'
import { type Known, type Plan, plan } from './plan.ts'
import type { NewSeen } from './seen.ts'
import type { ConversationSettings } from './settings.ts'
import type { Tally } from './stats.ts'
import { understand } from './understand.ts'

/** Messages of one line that one transaction takes, and bytes of all lines: DynamoDB takes 4 MB. */
export const MESSAGES_AT_ONCE = 40
export const BYTES_AT_ONCE = 1_000_000

export type Part = {
  taken: Heard[]
  /** What does not fit, or belongs to a later conversation. */
  rest: Heard[]
  plan: Plan
  seen: NewSeen[]
}

/** @param slowly a model reads the orders later */
export function partOf(
  desk: Desk,
  line: Heard[],
  known: Known,
  settings: ConversationSettings,
  slowly: boolean,
  counted: Tally,
): Part {
  const [first] = line
  if (!first) throw new Error('a line without messages')
  const taken = fitting(line, desk.conversationTtl)
  const entry = understand(desk, taken, known, settings, slowly)
  const planned = plan(desk, first.line, known, entry, counted)
  return { taken, rest: line.slice(taken.length), plan: planned, seen: entry.seen }
}

/** The first ones, as many as one transaction takes and one conversation lasts. */
function fitting(line: Heard[], ttl: number): Heard[] {
  let bytes = 0
  const end = line.findIndex((heard, index) => {
    const before = line[index - 1]
    bytes += sizeOf([heard])
    if (!before) return false
    const isLater = Date.parse(heard.at) - Date.parse(before.at) >= ttl
    return isLater || index >= MESSAGES_AT_ONCE || bytes > BYTES_AT_ONCE
  })
  return end < 0 ? line : line.slice(0, end)
}

export const sizeOf = (line: Heard[]): number =>
  line.reduce(
    (bytes, { message }) =>
      bytes + Buffer.byteLength(message.content) + Buffer.byteLength(JSON.stringify(message.metadata)),
    0,
  )
