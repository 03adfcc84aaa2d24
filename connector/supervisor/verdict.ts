/**
 * The decision on an ended connection, confirmed where it would end the session for good: only its owner may decide
 * that, and to a former owner the connection of the next one looks like a conflict or an unlinking.
 */
import type { Log } from '#core/platform/log.ts'
import type { Closed } from '../socket/index.ts'
import { within } from '../within.ts'
import { type Decision, decide, type Situation } from './decide.ts'

const READ_MS = 2_000

/** @param isOurs whether the session's shard is still ours, as the store knows */
export async function verdictOn(
  closed: Closed,
  situation: Situation,
  isOurs: () => Promise<boolean>,
  log: Log,
): Promise<Decision> {
  const { name, code, text } = closed
  const decision = await confirmed(decide(closed, situation), isOurs, log)
  log.info({ name, code, text, decision: decision.do }, 'connection ended')
  return decision
}

async function confirmed(decision: Decision, isOurs: () => Promise<boolean>, log: Log): Promise<Decision> {
  if (decision.do !== 'stop' && decision.do !== 'erase') return decision
  try {
    return (await within(READ_MS, isOurs(), 'reading a lease')) ? decision : { do: 'drop' }
  } catch (error) {
    log.warn({ err: error }, 'the lease could not be read')
    return { do: 'back-off', reason: 'store_unavailable' }
  }
}
