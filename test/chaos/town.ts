/**
 * Who writes to whom: lines of a running stack, simulated people, and groups of both. Everyone is linked and connected
 * when the town is open.
 */
import { type Line, linkLine } from '../support/line.ts'
import type { Stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

type Its = Pick<Stack, 'api' | 'sandbox'>
export type Group = { id: string; lines: Line[]; people: string[] }
export type Town = {
  lines: Line[]
  /** Numbers, E.164. */
  people: string[]
  groups: Group[]
  /** The people with whom a line talks one to one. */
  contacts: Map<Line, string[]>
}
export type TownPlan = {
  lines: number
  people: number
  /** How many people each line talks to; all of them when absent. */
  contactsEach?: number
  groups?: { lines: number; people: number }[]
}

const AT_ONCE = 6
const LINKED_WITHIN_MS = 90_000
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `+49${prefix}${`${n + 1}`.padStart(6, '0')}`)

export async function openTown(its: Its, plan: TownPlan): Promise<Town> {
  const people = numbered('1522', plan.people)
  const lines = await inTurns(AT_ONCE, numbered('1511', plan.lines), (number) =>
    linkLine(its, number, undefined, LINKED_WITHIN_MS),
  )
  const each = plan.contactsEach ?? people.length
  const contacts = new Map(
    lines.map((line, n) => [
      line,
      Array.from({ length: each }, (_, k) => people[(n * each + k) % people.length]!),
    ]),
  )
  const groups: Group[] = []
  for (const [n, size] of (plan.groups ?? []).entries()) {
    const members = { lines: lines.slice(n, n + size.lines), people: people.slice(0, size.people) }
    const [creator, ...others] = [...members.people, ...members.lines.map(({ number }) => number)]
    const { body } = await its.sandbox<{ id: string }>('/groups', {
      json: { creator, subject: `Group ${n + 1}`, participants: others },
    })
    groups.push({ id: body.id, ...members })
  }
  return { lines, people, groups, contacts }
}

/** Every line is logged in at WhatsApp: what the other side says, not what we show. @throws Error that names the others */
export async function everyoneLoggedIn(
  its: Its,
  { lines }: Pick<Town, 'lines'>,
  withinMs = 60_000,
): Promise<void> {
  const isEveryone = async () => {
    const { body } = await its.sandbox<{ connections: { loggedIn: number } }>('/stats')
    return body.connections.loggedIn === lines.length
  }
  try {
    await until('every line is logged in', isEveryone, { withinMs, everyMs: 50 })
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${(await missing(its, lines)).join('\n')}`, { cause })
  }
}

async function missing(its: Its, lines: Line[]): Promise<string[]> {
  const { body } = await its.sandbox<{ phones: Phone[] }>('/phones')
  const connected = new Set(
    body.phones.flatMap(({ number, devices }) => (devices.some((device) => device.connected) ? number : [])),
  )
  const away = lines.filter(({ number }) => !connected.has(number))
  return inTurns(AT_ONCE, away, async ({ sessionId, number }) => {
    const { body: shown } = await its.api(`/api/sessions/${sessionId}/status`)
    return `${number} ${sessionId} ${JSON.stringify(shown)}`
  })
}
type Phone = { number: string; devices: { connected: boolean }[] }

/** `work` for each of the list, never more than `atOnce` of them side by side; answers in the order of the list. */
export async function inTurns<T, R>(atOnce: number, list: readonly T[], work: (each: T) => Promise<R>) {
  const results: R[] = []
  const todo = list.entries()
  const worker = async () => {
    for (const [index, each] of todo) results[index] = await work(each)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
