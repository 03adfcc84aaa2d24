/**
 * The books at the end: what was written against what the other side has. Lines are asked through the API (event log,
 * chats, ledger), people through the sandbox. Every list of a clean audit is empty; each finding is a sentence.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Inbox, inbox, type Line } from '../support/line.ts'
import type { Stack } from '../support/stack.ts'
import { inTurns, type Town } from './town.ts'
import { type Books, type Entry, FROM_PERSON } from './traffic.ts'

type Its = Pick<Stack, 'api' | 'sandbox'>
export type Findings = ReturnType<typeof nothing>

const nothing = () => ({
  lost: [] as string[],
  twice: [] as string[],
  strange: [] as string[],
  outOfOrder: [] as string[],
  /** Ledger records that never came to `delivered`. */
  undelivered: [] as string[],
  notConnected: [] as string[],
  /** Lines that showed a conflict with another owner. */
  replaced: [] as string[],
  undecryptable: [] as string[],
  /** What the sandbox found wrong with us, or did not know. */
  problems: [] as string[],
})
export const CLEAN: Findings = nothing()

const ARRIVED = ['delivered', 'read', 'played']
const AT_ONCE = 8
const LOOK_EVERY_MS = 500

/** Looks until everything is as it should be; says what is not when nothing has become better for so long. */
export async function settledAudit(
  its: Its,
  town: Town,
  books: Books,
  patienceMs = 45_000,
): Promise<Findings> {
  let best = Number.POSITIVE_INFINITY
  let betterAt = Date.now()
  for (;;) {
    const owed = await owedBy(its).catch(() => Number.POSITIVE_INFINITY)
    const findings = owed === 0 || isOver(betterAt, patienceMs) ? await audit(its, town, books) : undefined
    if (findings && isClean(findings)) return findings
    const wrong = owed + (findings ? countOf(findings) : 0)
    if (wrong < best) [best, betterAt] = [wrong, Date.now()]
    else if (findings && isOver(betterAt, patienceMs)) return findings
    await pause(LOOK_EVERY_MS)
  }
}

const isOver = (since: number, patienceMs: number): boolean => Date.now() - since > patienceMs
const countOf = (findings: Findings): number =>
  Object.values(findings).reduce((sum, list) => sum + list.length, 0)
const isClean = (findings: Findings): boolean => countOf(findings) === 0

type SandboxStats = {
  undelivered: Record<string, number>
  totals: { undecryptable: number }
  problems: { what: string; detail: string }[]
  unknownQueries: Record<string, number>
}
const statsOf = async (its: Its) => (await its.sandbox<SandboxStats>('/stats')).body
/** Stanzas that the sandbox could not hand over yet. */
const owedBy = async (its: Its): Promise<number> =>
  Object.values((await statsOf(its)).undelivered).reduce((sum, count) => sum + count, 0)

export async function audit(its: Its, town: Town, books: Books): Promise<Findings> {
  const found = nothing()
  await inTurns(AT_ONCE, town.lines, (line) => auditLine(its, line, books, found))
  await inTurns(AT_ONCE, town.people, (person) => auditPerson(its, person, books, found))
  const { problems, unknownQueries, totals } = await statsOf(its)
  found.problems.push(
    ...problems.map(({ what, detail }) => `${what}: ${detail}`),
    ...Object.keys(unknownQueries),
  )
  if (totals.undecryptable > 0) found.undecryptable.push(`${totals.undecryptable} in all`)
  return found
}

async function auditLine(its: Its, line: Line, { entries }: Books, found: Findings): Promise<void> {
  const name = `line ${line.number}`
  const { body } = await its.api<{ status: string }>(`/api/sessions/${line.sessionId}/status`)
  if (body.status !== 'connected') found.notConnected.push(`${name} is ${body.status}`)

  const events = await everything<LoggedEvent>(
    its,
    `/api/sessions/${line.sessionId}/events?limit=1000`,
    'events',
  )
  const received = events.flatMap(({ type, payload }) =>
    type === 'message.received' && payload.message ? [payload.message] : [],
  )
  compare(
    `the log of ${name}`,
    entries.filter(({ lines }) => lines.includes(line)),
    received,
    found,
  )
  if (events.some(({ payload }) => payload.reason === 'replaced')) found.replaced.push(name)

  const chats = await everything<{ id: string }>(
    its,
    `/api/sessions/${line.sessionId}/chats?limit=100`,
    'chats',
  )
  const own = entries.filter((entry) => entry.writer === line || entry.lines.includes(line))
  const expected = new Set(own.filter(({ id }) => id).map((entry) => chatOf(entry, line)))
  const extra = chats.filter(({ id }) => !expected.has(id))
  found.strange.push(...extra.map(({ id }) => `${name} has a chat ${id}`))
  for (const chat of expected) await auditChat(its, line, chat, own, found)
}

async function auditChat(its: Its, line: Line, chat: string, own: Entry[], found: Findings): Promise<void> {
  const path = `/api/sessions/${line.sessionId}/chats/${encodeURIComponent(chat)}/messages?limit=100`
  const messages = await everything<Message>(its, path, 'messages')
  const inChat = own.filter((entry) => chatOf(entry, line) === chat)
  compare(`the chat ${chat} of line ${line.number}`, inChat, messages, { ...found, outOfOrder: [] })
  for (const { id, text, fromMe, status } of messages)
    if (fromMe && !ARRIVED.includes(status)) found.undelivered.push(`${text} (${id}) is ${status}`)
}

async function auditPerson(its: Its, person: string, { entries }: Books, found: Findings): Promise<void> {
  const { messages, undecryptable }: Inbox = await inbox(its, person)
  compare(
    `the phone ${person}`,
    entries.filter(({ people, writer }) => writer && people.includes(person)),
    messages.filter(({ text }) => !text?.startsWith(FROM_PERSON)),
    found,
  )
  if (undecryptable > 0) found.undecryptable.push(`${undecryptable} at ${person}`)
}

type Seen = { id: string; text?: string }
type Message = Seen & { fromMe: boolean; status: string }
type LoggedEvent = { type: string; payload: { reason?: string; message?: Seen } }

/** Everything that should be there is there once, as it was written, and in the order of its writer. */
function compare(where: string, expected: Entry[], seen: Seen[], found: Findings): void {
  const known = new Map(expected.map((entry) => [entry.text, entry]))
  const counts = new Map<string, number>()
  for (const { id, text = '' } of seen) {
    const entry = known.get(text)
    counts.set(text, (counts.get(text) ?? 0) + 1)
    if (!entry || (entry.id && entry.id !== id)) found.strange.push(`${text} (${id}) in ${where}`)
  }
  for (const { text, id } of expected) {
    const count = counts.get(text) ?? 0
    if (count > 1) found.twice.push(`${text} (${id}): ${count} times in ${where}`)
    if (count === 0 && id) found.lost.push(`${text} (${id}) is not in ${where}`)
  }
  const place = new Map(expected.map(({ text }, index) => [text, index]))
  const last = new Map<string, { index: number; text: string }>()
  for (const { text = '' } of seen) {
    const entry = known.get(text)
    if (!entry) continue
    const chat = `${entry.from} ${entry.to}`
    const index = place.get(text)!
    const before = last.get(chat)
    if (before && before.index > index) found.outOfOrder.push(`${text} after ${before.text} in ${where}`)
    last.set(chat, { index, text })
  }
}

/** The id of the chat in which a line has this message. */
const chatOf = ({ to, from, writer }: Entry, line: Line): string =>
  to.includes('@') ? to : `${(writer === line ? to : from).slice(1)}@s.whatsapp.net`

export async function everything<T>(its: Its, path: string, field: string): Promise<T[]> {
  const items: T[] = []
  let cursor = ''
  do {
    const { status, body } = await its.api(`${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    if (status !== 200) throw new Error(`${path} answered ${status}`)
    items.push(...(body[field] as T[]))
    cursor = (body.nextCursor as string | null) ?? ''
  } while (cursor)
  return items
}
