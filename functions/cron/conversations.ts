/**
 * Attends to what conversations left behind: those whose time has come are written down as expired, messages of linked
 * sessions that nobody told of are found in the log, and messages whose order nobody has read are handed on again. A
 * run is bounded; the next one goes on where it stopped.
 */
import * as Accounts from '#core/account.ts'
import { catchUp } from '#core/conversation/catch-up.ts'
import { cleanUp } from '#core/conversation/closing.ts'
import type { Opened } from '#core/conversation/open.ts'
import type { Reading } from '#core/conversation/receive.ts'
import * as Seen from '#core/conversation/seen.ts'
import { finish, type Read, settle } from '#core/conversation/settle.ts'
import { goRound } from './round.ts'
import { everySession, placeOf } from './sessions.ts'
import { watchVolumes } from './volumes.ts'

export type Tended = {
  /** Messages of linked sessions that nobody had told of. */
  caughtUp: number
  /** Conversations that were written down as expired. */
  expired: number
  /** Messages that were handed on to the model again. */
  handedOn: number
  /** Sessions that had far more, or far fewer, messages in the last hour than they usually have. */
  unusual: number
}

const EXPIRED_PER_ACCOUNT = 1_000
const MESSAGES_PER_RUN = 500
/** How long a message that was handed on again is left to the queue, in ms. */
const AGAIN_AFTER = 5 * 60_000

/**
 * @param later absent where rules read everything: then they read what is left as well, by `read`
 * @param options.catchUp whether the logs of linked sessions are read in this run
 */
export async function tend(
  deps: Opened,
  later: Reading['later'],
  read: Read,
  options: { catchUp: boolean } = { catchUp: true },
): Promise<Tended> {
  const tended: Tended = { caughtUp: 0, expired: 0, handedOn: 0, unusual: 0 }
  const expiring = goRound(deps, {
    name: 'expired conversations',
    after: (place) => Accounts.all(deps.store, place),
    placeOf: ({ id }) => id,
    async attend({ id }) {
      tended.expired += await cleanUp(deps, id, EXPIRED_PER_ACCOUNT)
    },
  })
  const catchingUp = options.catchUp
    ? goRound(deps, {
        name: 'events that nobody was told of',
        after: (place) => everySession(deps.store, place),
        placeOf,
        async attend(session) {
          tended.caughtUp += await catchUp(deps, session, { later, outbound: deps.outbound })
        },
      })
    : undefined
  const watching = options.catchUp ? watchVolumes(deps) : 0
  const rounds = await Promise.all([expiring, catchingUp])
  tended.unusual = await watching
  const { items } = await Seen.due(deps.store, { limit: MESSAGES_PER_RUN })
  for (const seen of items) {
    if (!(await Seen.postpone(deps.store, seen, deps.store.now() + AGAIN_AFTER))) continue
    if (seen.outcomeAt) await finish(deps, seen, deps.outbound)
    else if (later) await later(seen)
    else await settle(deps, seen, read, deps.outbound)
    tended.handedOn++
  }
  if (tended.caughtUp + tended.expired + tended.handedOn + tended.unusual > 0)
    deps.log.info(tended, 'attended to conversations')
  const failed = rounds.reduce((sum, went) => sum + (went?.failed ?? 0), 0)
  if (failed > 0) throw new Error(`${failed} accounts or sessions could not be attended to: see the log`)
  return tended
}
