/** What is written down of an event that was posted, or was to be. */
import type { Unit } from './batch.ts'
import { ATTEMPTS_KEPT, type Delivery } from './deliveries.ts'
import type { Endpoint } from './endpoint.ts'
import type { Told } from './envelope.ts'
import type { Outcome } from './health.ts'
import { requestId } from './sign.ts'
import type { Retry } from './work.ts'

/** As it is set aside. A replay waits for nobody and holds up nobody. */
export const retryOf = ({ event, lane, from, retry, former }: Unit, nextAt: number): Retry =>
  retry ?? {
    kind: 'retry',
    eventId: event.id,
    type: event.type,
    stream: event.sessionId,
    lane,
    count: 0,
    before: former?.count ?? 0,
    attempts: former?.attempts ?? [],
    nextAt,
    manual: from === 'replay',
  }

export const withAttempt = (retry: Retry, { attempt }: Outcome, now: number): Retry => ({
  ...retry,
  count: retry.count + 1,
  attempts: [...retry.attempts, attempt].slice(-ATTEMPTS_KEPT),
  firstAt: retry.firstAt ?? now,
})

export function deliveryOf(
  endpoint: Pick<Endpoint, 'id' | 'url'>,
  event: Pick<Told, 'id' | 'type' | 'sessionId'> & Partial<Told>,
  { attempts, count, before, nextAt }: Retry,
  status: Delivery['status'],
  outcome?: Outcome,
): Delivery {
  return {
    endpointId: endpoint.id,
    eventId: event.id,
    type: event.type,
    stream: event.sessionId,
    status,
    count: before + count,
    attempts,
    requestId: requestId(endpoint.id, event.id),
    url: endpoint.url,
    ...(status === 'waiting' ? { nextAt } : {}),
    ...(outcome?.answer ? { answer: outcome.answer } : {}),
    ...(event.encrypted && event.accountId ? { sealedFor: event.accountId } : {}),
  }
}
