/**
 * What the owning connector writes: the state of a session, and what it did about the intent. A write of an earlier
 * owner is refused by the epoch of the lease; a newer intent that came in meanwhile is never taken for done.
 */
import type { Event } from '../contract/event.ts'
import { commit } from '../log.ts'
import { iso } from '../platform/clock.ts'
import type { Expression, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import type { Retention } from '../retention.ts'
import { isPending, type Session, type State, sessionKey } from '../session.ts'
import { find, intentPlace, shardPartition, wantedPlace } from './find.ts'
import { sameIntent } from './intend.ts'

export type StateChange = {
  /** The epoch of the lease under which the caller acts. */
  epoch: number
  /**
   * What is given replaces what was, undefined removes it, what is not mentioned stays; except `reason`, `action` and
   * `qr`, which belong to the status: they go when they are not mentioned. `since` follows the status by itself.
   */
  state: { status: State['status'] } & { [K in keyof State]?: State[K] | undefined }
  /** The number of the intent that is done now. */
  doneIntent?: number
  /** Given when the connector found out that the session cannot go on by itself. A newer intent overrules it. */
  wanted?: boolean
}

const BELONG_TO_STATUS = { reason: undefined, action: undefined, qr: undefined }
const ATTEMPTS = 5

/**
 * Writes the state in one transaction with its events.
 * @param session as it was read, or as the last write left it: `since` and the intent are compared with it
 * @returns 'fenced' when a later owner has written, or the session is gone: nothing is written then
 */
export async function recordState(
  store: Store,
  retention: Retention,
  session: Session,
  change: StateChange,
  events: Event[],
): Promise<'written' | 'fenced'> {
  let seen = session
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const update = {
      table: 'main' as const,
      update: sessionKey(seen.id),
      set: expressionOf(seen, change, store.now()),
    }
    const refused = await commit(store, retention, events, [update])
    if (refused.length === 0) return 'written'
    const current = await find(store, seen.id)
    if (!current || current.state.epoch > change.epoch) return 'fenced'
    seen = current
  }
  throw new Error(`session ${session.id} changes faster than its state can be written`)
}

function expressionOf(session: Session, change: StateChange, now: number): Expression {
  const done = Math.max(change.doneIntent ?? 0, session.state.doneIntent)
  const state = {
    ...BELONG_TO_STATUS,
    ...(change.state.status === session.state.status ? {} : { since: iso(now) }),
    ...change.state,
    epoch: change.epoch,
    doneIntent: done,
  }
  const update = updating().set('updatedAt', iso(now))
  for (const [field, value] of Object.entries(state)) update.setOrRemove(`state.${field}`, value)
  if (change.doneIntent !== undefined || change.wanted !== undefined) {
    const pending = isPending({ ...session, state: { ...session.state, doneIntent: done } })
    const wanted = pending ? session.wanted : (change.wanted ?? session.wanted)
    update.set('wanted', wanted)
    if (pending) update.set('shardPk', shardPartition(session.shard)).set('shardSk', intentPlace(session.id))
    else if (wanted)
      update.set('shardPk', shardPartition(session.shard)).set('shardSk', wantedPlace(session.id))
    else update.remove('shardPk', 'shardSk')
  }
  update.whereExists('pk').where(`${update.name('state.epoch')} <= ${update.value(change.epoch)}`)
  return sameIntent(update, session).build()
}
