/**
 * What happens to a fleet: connectors join, leave, die, fall asleep and lose their network. Each action ends with the
 * fleet as it may stay for a while; who is away for a time comes back when that is over.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import type { Chance } from '../chance.ts'
import { type Member, member, type Way } from './member.ts'

export type Action =
  | { do: 'join' | 'leave' | 'kill' | 'kill-restarted' }
  | { do: 'sleep'; forMs: number }
  | { do: 'cut'; way: Way; how: 'silent' | 'torn'; forMs: number }

/** A folder for what connectors wrote to their logs, when one wants to read it afterwards. */
const LOGS = process.env.CHAOS_LOGS
/** The connector that the stack itself keeps running. */
const KEPT = 'connector-1'

export async function openFleet(its: Stack, size: number) {
  const members = new Set<Member>()
  /** Asleep, or cut off: nothing else happens to them meanwhile. */
  const away = new Set<Member>()
  const absences: Promise<void>[] = []
  let joined = 0

  const enter = async () => {
    const one = await member(its, `guest-${++joined}`)
    members.add(one)
    return one
  }
  for (let n = 1; n < size; n++) await enter()

  const choose = async (luck: Chance): Promise<Member> => {
    const present = () => [...members].filter((one) => !away.has(one))
    if (present().length === 0) await enter()
    return luck.pick(present())
  }
  const gone = async (one: Member) => {
    members.delete(one)
    await one[Symbol.asyncDispose]()
    if (LOGS) writeFileSync(join(LOGS, `${one.id}.log`), one.output())
  }
  const absent = (one: Member, forMs: number, back: () => void) => {
    away.add(one)
    absences.push(
      pause(forMs).then(() => {
        back()
        away.delete(one)
      }),
    )
  }

  const fleet = {
    members: () => [...members],
    async happen(action: Action, luck: Chance): Promise<void> {
      if (LOGS) appendFileSync(join(LOGS, 'actions.log'), `${new Date().toISOString()} ${nameOf(action)}\n`)
      switch (action.do) {
        case 'join':
          await enter()
          break
        case 'leave': {
          const one = await choose(luck)
          const code = await one.leave()
          if (code !== 0) throw new Error(`${one.id} did not leave in order (${code}):\n${one.output()}`)
          await gone(one)
          break
        }
        case 'kill': {
          const one = await choose(luck)
          await one.kill()
          await gone(one)
          break
        }
        case 'kill-restarted': {
          const before = its.pids[KEPT]
          await its.kill(KEPT)
          await until('a new process', () => its.pids[KEPT] !== before)
          break
        }
        case 'sleep': {
          const one = await choose(luck)
          one.pause()
          absent(one, action.forMs, one.wake)
          break
        }
        case 'cut': {
          const one = await choose(luck)
          one.cut(action.way, action.how)
          absent(one, action.forMs, () => one.mend(action.way))
          break
        }
      }
    },
    /** Resolves when everyone who was away is back. */
    everyoneBack: () => Promise.all(absences),
    async [Symbol.asyncDispose]() {
      await Promise.all([...members].map(gone))
      if (LOGS) writeFileSync(join(LOGS, 'stack.log'), its.output())
    },
  }
  return fleet
}

export const nameOf = (action: Action): string =>
  [
    action.do,
    'way' in action ? `${action.way} ${action.how}` : '',
    'forMs' in action ? `${action.forMs} ms` : '',
  ]
    .filter(Boolean)
    .join(' ')

/** Planned ones: WhatsApp must not notice them as a conflict. */
export const PLANNED: Action[] = [{ do: 'join' }, { do: 'leave' }, { do: 'join' }]

/** One round of trouble, in an order that chance decides. */
export function troubles(luck: Chance): Action[] {
  const short = () => Math.round(luck.between(1_000, 4_000))
  const long = () => Math.round(luck.between(7_000, 12_000))
  const how = () => luck.pick(['silent', 'torn'] as const)
  const round: Action[] = [
    { do: 'kill' },
    { do: 'join' },
    { do: 'kill-restarted' },
    { do: 'leave' },
    { do: 'join' },
    { do: 'sleep', forMs: long() },
    { do: 'cut', way: 'store', how: how(), forMs: luck.pick([short, long])() },
    { do: 'cut', way: 'queues', how: how(), forMs: long() },
    { do: 'cut', way: 'whatsapp', how: how(), forMs: long() },
  ]
  return round
    .map((action) => ({ action, place: luck.between(0, 1) }))
    .sort((one, other) => one.place - other.place)
    .map(({ action }) => action)
}
