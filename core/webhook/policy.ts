/**
 * When a failed delivery is tried again. Without a choice attempts are spread over three days, soon at first, as the
 * Standard Webhooks recommend. All times in milliseconds.
 */
import * as z from 'zod'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

export const RetryPolicy = z
  .strictObject({
    policy: z.enum(['constant', 'linear', 'exponential']).default('constant').meta({
      description:
        'The pause before the nth retry: `delaySeconds`, n times that, or 2^n times that and up to a fifth more',
    }),
    delaySeconds: z.number().min(0).max(86_400).default(2),
    attempts: z.int().min(0).max(50).default(15).meta({ description: 'Retries after the first attempt' }),
  })
  .meta({ id: 'WebhookRetries' })
export type RetryPolicy = z.infer<typeof RetryPolicy>

/** Pauses after the first, second, … attempt: three days in all. */
const SPREAD = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  20 * HOUR,
]
const LONGEST_PAUSE = 24 * HOUR

const retriesOf = (policy: RetryPolicy | undefined): number => policy?.attempts ?? SPREAD.length

/** Without chance: what is added by chance comes on top. */
function pauseAfter(policy: RetryPolicy | undefined, attempts: number): number {
  if (!policy) return SPREAD[Math.min(attempts, SPREAD.length) - 1] ?? 0
  const base = policy.delaySeconds * SECOND
  switch (policy.policy) {
    case 'constant':
      return base
    case 'linear':
      return Math.min(base * attempts, LONGEST_PAUSE)
    case 'exponential':
      return Math.min(base * 2 ** attempts, LONGEST_PAUSE)
  }
}

/** How long all attempts take that follow the schedule. */
export function spanOf(policy: RetryPolicy | undefined): number {
  let span = 0
  for (let attempts = 1; attempts <= retriesOf(policy); attempts++) span += pauseAfter(policy, attempts)
  return span
}

/**
 * When to try again after so many failed attempts; undefined when they are used up. They are when their number is, and
 * the time too that they were meant to take: an endpoint that is down is probed more often than its policy says.
 * @param random from 0 to 1
 */
export function nextAttempt(
  policy: RetryPolicy | undefined,
  { attempts, firstAt, now }: { attempts: number; firstAt: number; now: number },
  random: number,
): number | undefined {
  const end = firstAt + spanOf(policy)
  const isUsedUp = attempts > retriesOf(policy)
  if (isUsedUp && now >= end) return
  const pause = pauseAfter(policy, attempts)
  const jitter = policy?.policy === 'exponential' ? pause * 0.2 * random : 0
  return isUsedUp ? Math.max(now, Math.min(now + pause, end)) : now + pause + jitter
}

/** How long an endpoint rests that has failed so often in a row: from a second to five minutes. */
export const restAfter = (failures: number): number =>
  Math.min(SECOND * 2 ** Math.min(failures, 20), 5 * MINUTE)

/** `Retry-After` as a pause: seconds, or a date. Undefined when it says nothing; a day at most. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (!header) return
  const pause = /^\d+$/.test(header.trim()) ? Number(header) * SECOND : Date.parse(header) - now
  return Number.isNaN(pause) ? undefined : Math.min(Math.max(pause, 0), LONGEST_PAUSE)
}
