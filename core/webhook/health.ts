/**
 * How an endpoint is, as its requests show. After some failures in a row it counts as down and is left alone for a
 * while, longer each time; one that says how long to wait is waited for; one that says it is gone, or that was down for
 * days, is given up.
 */
import { iso } from '../platform/clock.ts'
import { LIMITS } from './desk.ts'
import type { DisabledReason, Endpoint } from './endpoint.ts'
import { restAfter } from './policy.ts'
import type { Attempt } from './work.ts'

export type Health = Pick<
  Endpoint,
  'failures' | 'failingSince' | 'rests' | 'restUntil' | 'lastSuccessAt' | 'lastFailure' | 'disabled'
>

export type Outcome = {
  ok: boolean
  attempt: Attempt
  /** The beginning of the answer. */
  answer?: string | undefined
  isGone?: boolean
  /** The endpoint asked to be left alone for so long, in ms. */
  pause?: number | undefined
}

export function observe({ failures, failingSince, rests, restUntil, disabled }: Endpoint) {
  const health: Health = { failures, failingSince, rests, restUntil, disabled }
  /** Nothing more is to be sent for the present. */
  let isStopped = false

  const rest = (until: number) => {
    isStopped = true
    health.rests++
    health.restUntil = until
  }

  const giveUp = (reason: DisabledReason, now: number) => {
    health.disabled = { at: iso(now), reason }
    isStopped = true
  }
  /** Requests go side by side: those that fail with the one that decided this count with it. */
  const leaveAlone = (now: number, pause: number | undefined) => {
    if (isStopped) health.restUntil = Math.max(health.restUntil, now + (pause ?? 0))
    else if (pause !== undefined) rest(now + pause)
    else if (health.restUntil > now) isStopped = true
    else if (health.rests > 0 || health.failures >= LIMITS.failures) rest(now + restAfter(health.rests + 1))
  }

  return {
    health,
    get isStopped() {
      return isStopped
    },
    /** Down: one event at a time finds out whether it answers again. */
    get isDown() {
      return health.rests > 0
    },
    isResting: (now: number): boolean => health.restUntil > now,
    succeeded(now: number): void {
      health.failures = 0
      health.failingSince = undefined
      health.lastSuccessAt = iso(now)
      if (isStopped) return
      health.rests = 0
      health.restUntil = 0
    },
    failed({ attempt: { code, error }, isGone = false, pause }: Outcome, now: number): void {
      health.failures++
      health.failingSince ??= iso(now)
      health.lastFailure = { at: iso(now), ...(code ? { code } : {}), ...(error ? { error } : {}) }
      if (isGone) giveUp('gone', now)
      else if (now - Date.parse(health.failingSince) >= LIMITS.givenUpAfter) giveUp('failing', now)
      else leaveAlone(now, pause)
    },
  }
}
export type Observed = ReturnType<typeof observe>
