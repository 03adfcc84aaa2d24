/**
 * One drain per endpoint at a time. A drain that was interrupted is over when its lease is; news that comes while one
 * runs is a mark, which makes it look once more before it ends.
 */
import { randomUUID } from 'node:crypto'
import { iso } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { type Update, updating } from '../platform/expression.ts'
import type { Desk } from './desk.ts'
import { Endpoint } from './endpoint.ts'
import type { Health } from './health.ts'

/** Undefined when somebody else drains it: then they look once more. Or when there is no such endpoint. */
export async function acquire(store: Store, key: Key, leaseMs: number): Promise<Endpoint | undefined> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const now = store.now()
    const update = updating()
      .set('lease', randomUUID())
      .set('leaseUntil', now + leaseMs)
      .remove('again')
      .whereExists('pk')
    const until = update.name('leaseUntil')
    update.where(`attribute_not_exists(${until}) OR ${until} <= ${update.value(now)}`)
    const endpoint = await store.change('main', Endpoint, key, update.build())
    if (endpoint || (await markAgain(store, key))) return endpoint
  }
  return
}

/** True when the endpoint is being drained, by somebody who will look once more. */
export function markAgain(store: Store, key: Key): Promise<boolean> {
  const update = updating().set('again', true).whereExists('pk')
  update.where(`${update.name('leaseUntil')} > ${update.value(store.now())}`)
  return store.update('main', key, update.build())
}

/** The index of endpoints that have something to do later, by time. */
export const DUE = 'WEBHOOKS-DUE'

/**
 * Writes down how the endpoint is and when it is to be drained again.
 * @param isLast whether it ends also when there was news meanwhile
 * @returns 'again' when there was, and the lease is kept; 'left' when there was, and it is not; 'lost' when the lease was
 */
export async function release(
  { store, leaseMs }: Pick<Desk, 'store' | 'leaseMs'>,
  key: Key,
  endpoint: Endpoint,
  health: Health,
  dueAt: number | undefined,
  isLast: boolean,
): Promise<'released' | 'again' | 'left' | 'lost'> {
  const ours = () => {
    const update = stateOf(health, updating())
    return update.where(`${update.name('lease')} = ${update.value(endpoint.lease)}`)
  }
  const ending = () =>
    ours()
      .set('leaseUntil', 0)
      .remove('lease')
      .setOrRemove('listPk', dueAt === undefined ? undefined : DUE)
      .setOrRemove('listSk', dueAt === undefined ? undefined : `${iso(dueAt)}#${endpoint.id}`)
  if (await store.update('main', key, ending().whereAbsent('again').build())) return 'released'
  if (isLast) return (await store.update('main', key, ending().remove('again').build())) ? 'left' : 'lost'
  const kept = ours()
    .set('leaseUntil', store.now() + leaseMs)
    .remove('again')
  return (await store.update('main', key, kept.build())) ? 'again' : 'lost'
}

function stateOf(health: Health, update: Update): Update {
  const { failures, failingSince, rests, restUntil, lastSuccessAt, lastFailure, disabled } = health
  update.set('failures', failures).set('rests', rests).set('restUntil', restUntil)
  update.setOrRemove('failingSince', failingSince)
  if (lastSuccessAt) update.set('lastSuccessAt', lastSuccessAt)
  if (lastFailure) update.set('lastFailure', lastFailure)
  if (disabled) update.set('active', false).set('disabled', disabled)
  return update
}
