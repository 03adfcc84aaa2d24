/**
 * Everybody writes all the time, each one message after the other, and keeps a book of it: lines through the HTTP API,
 * under an Idempotency-Key and again until it is accepted; people on their phones. Texts are unique, so that everything
 * can be found again wherever it went.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Line } from '../support/line.ts'
import type { Stack } from '../support/stack.ts'
import type { Chance } from './chance.ts'
import type { Town } from './town.ts'

export type Entry = Room & {
  text: string
  /** A line's or a person's number, E.164. */
  from: string
  /** The line that wrote it; undefined for people. */
  writer?: Line
  /** The WhatsApp id; undefined when the answer got lost (people only), and nobody knows whether it was sent. */
  id?: string
}
/** Where one can write, and who has to have it then. `to` is a number or the id of a group. */
type Room = { to: string; people: string[]; lines: Line[] }

export type Books = {
  /** In the order of writing, for each writer. */
  entries: Entry[]
  /** Why the API did not accept at once: how often each answer was given, lost connections included. */
  refusals: Map<string, number>
}
export type Pace = { line: [number, number]; person: [number, number] }
export type Traffic = {
  books: Books
  /** Resolves when everything that was begun is accepted. */
  stop(): Promise<Books>
}
type Its = Pick<Stack, 'api' | 'sandbox'>

const AGAIN_MS = 100
const ANSWER_WITHIN_MS = 15_000
const IN_GROUP = 0.15

/** @param pace the least and the most milliseconds between two messages of one writer */
export function startTraffic(its: Its, town: Town, luck: Chance, pace: Pace): Traffic {
  const books: Books = { entries: [], refusals: new Map() }
  let flowing = true

  const write = async (options: {
    rooms: Rooms
    luck: Chance
    pause: [number, number]
    who: Pick<Entry, 'from' | 'writer'>
    send(to: string, text: string): Promise<string | undefined>
  }) => {
    const { rooms, luck: mine, who, send } = options
    if (rooms.groups.length + rooms.alone.length === 0) return
    while (flowing) {
      await pause(mine.between(...options.pause))
      const isInGroup = rooms.alone.length === 0 || (rooms.groups.length > 0 && mine.happens(IN_GROUP))
      const room = mine.pick(isInGroup ? rooms.groups : rooms.alone)
      const text = `${who.writer ? FROM_LINE : FROM_PERSON}${books.entries.length + 1}`
      const entry: Entry = { ...room, ...who, text }
      books.entries.push(entry)
      const id = await send(room.to, text)
      if (id) entry.id = id
    }
  }

  const writers = [
    ...town.lines.map((line) =>
      write({
        rooms: roomsOfLine(town, line),
        luck: luck.branch(),
        pause: pace.line,
        who: { from: line.number, writer: line },
        send: (to, text) => accepted(its, line, { to, text }, books),
      }),
    ),
    ...town.people.map((person) =>
      write({
        rooms: roomsOfPerson(town, person),
        luck: luck.branch(),
        pause: pace.person,
        who: { from: person },
        send: (to, text) => typed(its, person, { to, text }),
      }),
    ),
  ]
  return {
    books,
    async stop() {
      flowing = false
      await Promise.all(writers)
      return books
    },
  }
}

export const FROM_LINE = 'line '
export const FROM_PERSON = 'person '

type Rooms = { groups: Room[]; alone: Room[] }

const roomsOfLine = ({ groups, contacts }: Town, line: Line): Rooms => ({
  groups: groups
    .filter(({ lines }) => lines.includes(line))
    .map(({ id, people, lines }) => ({ to: id, people, lines: lines.filter((other) => other !== line) })),
  alone: (contacts.get(line) ?? []).map((person) => ({ to: person, people: [person], lines: [] })),
})

const roomsOfPerson = ({ groups, contacts, lines }: Town, person: string): Rooms => ({
  groups: groups
    .filter(({ people }) => people.includes(person))
    .map((group) => ({
      to: group.id,
      people: group.people.filter((other) => other !== person),
      lines: group.lines,
    })),
  alone: lines
    .filter((line) => contacts.get(line)?.includes(person))
    .map((line) => ({ to: line.number, people: [], lines: [line] })),
})

type Draft = { to: string; text: string }

/** Asks the API, under one key, until it accepts. */
async function accepted(its: Its, line: Line, { to, text }: Draft, { refusals }: Books): Promise<string> {
  for (;;) {
    const answer = await its
      .api<{ message: { id: string }; code?: string }>('/api/messages', {
        json: { sessionId: line.sessionId, to, text },
        headers: { 'idempotency-key': text },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
      .catch(() => undefined)
    if (answer?.status === 202) return answer.body.message.id
    const why = answer ? `${answer.status} ${answer.body.code}` : 'no answer'
    refusals.set(why, (refusals.get(why) ?? 0) + 1)
    await pause(AGAIN_MS)
  }
}

/** Phones know no keys: without an answer nobody knows whether it was sent. Waits until the sandbox is back then. */
async function typed(its: Its, person: string, json: Draft): Promise<string | undefined> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
  const answer = await its
    .sandbox<{ id: string }>(`/phones/${person}/send`, { json, signal })
    .catch(() => undefined)
  if (answer?.status === 201) return answer.body.id
  while (!(await isThere(its))) await pause(AGAIN_MS)
  return undefined
}

const isThere = (its: Its): Promise<boolean> =>
  its.sandbox('/stats').then(
    () => true,
    () => false,
  )
