/** Where the answer to a request waits for the one who asked: a short-lived item, written once. */
import * as z from 'zod'
import { Outcome } from './contract/request.ts'
import { hidden, type Origin } from './hidden.ts'
import { ttl } from './platform/clock.ts'
import type { Key, Store } from './platform/dynamo.ts'

/** Seconds that an answer is kept; nobody waits that long. */
const KEPT = 120

const outcomeKey = (requestId: string): Key => ({ pk: `REQUEST#${requestId}`, sk: 'OUTCOME' })
const Stored = z.object({ outcome: Outcome })

/** Undefined until it is there. */
export const findOutcome = async (store: Store, requestId: string): Promise<Outcome | undefined> =>
  (await store.get('main', Stored, outcomeKey(requestId)))?.outcome

/** Only the first answer counts. */
export const recordOutcome = (
  store: Store,
  origin: Origin,
  requestId: string,
  outcome: Outcome,
): Promise<boolean> =>
  store.create('main', {
    ...outcomeKey(requestId),
    outcome: hidden(origin, outcome),
    expiresAt: ttl(store.now(), KEPT),
  })
