/**
 * Whoever stores messages of linked sessions can make conversations of a few of them at once, in one transaction that
 * rests on what this process knows of their lines. Only where nothing but writing is needed, which is so unless the account
 * wants orders read or replies sent; everything else is for `feed`, which can repeat what was done here and what was not.
 */
import type { Event } from '../contract/event.ts'
import { type Item, MAX_WRITES, type Write } from '../platform/dynamo.ts'
import { readsOrdersOn, repliesOn } from './conclude.ts'
import type { Desk } from './desk.ts'
import type { Guess, Guesses } from './guesses.ts'
import { type Heard, heardBy, heardByNumber } from './heard.ts'
import { look } from './look.ts'
import { type Part, partOf } from './part.ts'
import { stillChosen } from './settings.ts'
import { tally } from './stats.ts'

type Writing = Desk & { guesses: Guesses }
export type Fed = {
  /** What is still to be fed. */
  left: Event[]
  /** What was appended to logs of sessions. */
  written: Item[]
}

/** @throws when the store does not answer; repeating all of it by `feed` is safe then, too */
export async function feedDirectly(desk: Writing, events: Event[]): Promise<Fed> {
  const heard = await heardByNumber(
    desk.store,
    events.flatMap((event) => heardBy(event) ?? []),
  )
  const lines = [...Map.groupBy(heard, ({ lineName }) => lineName).values()]
  const known = await knowing(desk, lines)
  const [plain, others] = divided(lines, ([first]) => first !== undefined && isPlain(first, known))
  const counted = tally(desk.store.now())
  const parts = plain.map((line) => partFrom(desk, line, known, counted))
  const writes = [
    ...parts.flatMap(({ plan }) => plan.writes),
    ...checks(plain.flat(), known),
    ...counted.writes(),
  ]
  for (const { lineName } of plain.flat()) desk.guesses.forget(lineName)
  const isStored =
    parts.length > 0 && writes.length <= MAX_WRITES && (await desk.store.transact(writes)).length === 0
  if (!isStored) return { left: events, written: [] }
  for (const part of parts) learn(desk, part, known)
  const left = new Set(
    [...others.flat(), ...parts.flatMap(({ rest }) => rest)].map(({ message }) => message.sk),
  )
  return { left: events.filter(({ id }) => left.has(id)), written: told(writes) }
}

type Knowing = ReadonlyMap<string, Guess>

/** Of lines that were not heard of for long, two reads tell. */
async function knowing({ store, guesses }: Writing, lines: Heard[][]): Promise<Knowing> {
  const firsts = lines.flatMap(([first]) => first ?? [])
  const strange = firsts.filter(({ lineName }) => guesses.of(lineName) === undefined)
  const view = strange.length > 0 ? await look(store, strange) : undefined
  return new Map(
    firsts.flatMap((first) => {
      const guess = guesses.of(first.lineName) ?? (view && { ...view.known(first), ...view.choice(first) })
      return guess ? [[first.lineName, guess] as const] : []
    }),
  )
}

const isPlain = ({ lineName, line: { channel } }: Heard, known: Knowing): boolean => {
  const settings = known.get(lineName)?.settings
  return settings !== undefined && !readsOrdersOn(settings, channel) && !repliesOn(settings, channel)
}

function partFrom(desk: Desk, line: Heard[], known: Knowing, counted: ReturnType<typeof tally>): Part {
  const guess = known.get(line[0]?.lineName ?? '')
  if (!guess) throw new Error('a line of which nothing is known')
  return partOf(desk, line, guess, guess.settings, false, counted)
}

/** That each account still wants nothing else. */
const checks = (heard: Heard[], known: Knowing): Write[] =>
  [...new Map(heard.map(({ line, lineName }) => [line.accountId, known.get(lineName)?.choice]))].map(
    ([accountId, choice]) => stillChosen(accountId, choice),
  )

function learn({ guesses }: Writing, { taken, plan }: Part, known: Knowing): void {
  const name = taken[0]?.lineName ?? ''
  const before = known.get(name)
  if (before) guesses.learn(name, { ...before, pointer: plan.pointer, last: plan.conversation })
}

function divided<T>(all: T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}

const told = (writes: Write[]): Item[] =>
  writes.flatMap((write) => ('put' in write && write.table === 'events' ? [write.put] : []))
