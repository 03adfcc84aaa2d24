/**
 * Goes round: attends to everybody in turn, several at a time, and stops in good time. Where a run had to stop, the next
 * one goes on, so that everybody gets a turn however many they are. Whoever cannot be attended to does not keep the
 * others waiting.
 */
import * as z from 'zod'
import type { Store } from '#core/platform/dynamo.ts'
import type { Notes } from '#core/platform/notes.ts'

export type Round<T> = {
  /** Rounds of one name go on where the former one stopped. */
  name: string
  /** Everybody behind a place, or from the start, in the order of their places. */
  after(place: string | undefined): AsyncIterator<T>
  placeOf(one: T): string
  attend(one: T): Promise<void>
}
export type Went = {
  /** False when there was no time for all of them. */
  whole: boolean
  /** How many could not be attended to. */
  failed: number
}
type Deps = { store: Store; log: Pick<Notes, 'warn'> }

export const AT_ONCE = 32
/** Milliseconds after which nobody new is attended to; a run of a timed job has 55 s. */
export const WITHIN = 35_000

const Stopped = z.object({ place: z.string() })

export async function goRound<T>(
  { store, log }: Deps,
  { name, after, placeOf, attend }: Round<T>,
): Promise<Went> {
  const key = { pk: 'ROUND', sk: name }
  const until = store.now() + WITHIN
  const stopped = await store.get('main', Stopped, key)
  const everybody = after(stopped?.place)
  const went: Went = { whole: false, failed: 0 }
  let last = stopped?.place
  const attendant = async (): Promise<void> => {
    while (!went.whole && store.now() < until) {
      const next = await everybody.next()
      if (next.done) {
        went.whole = true
        return
      }
      last = placeOf(next.value)
      try {
        await attend(next.value)
      } catch (err) {
        went.failed++
        log.warn({ err, round: name, place: placeOf(next.value) }, 'somebody could not be attended to')
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, attendant))
  if (!went.whole && last) await store.put('main', { ...key, place: last })
  else if (stopped) await store.remove('main', key)
  return went
}
