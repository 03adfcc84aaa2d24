/**
 * Finds what was stored and not carried: messages that were accepted and that no connector has taken, and intents that
 * nobody has looked at. Each is carried again; the connector drops what it has already. A run is bounded, and says
 * whether it left something for the next one; what cannot be attended to does not keep the others waiting.
 */
import { sendCommand } from '#core/commands.ts'
import type { Domain } from '#core/domain.ts'
import * as Messages from '#core/message.ts'
import { isPending, Session, sessionKey } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { sealing } from '#core/settings.ts'

export type Swept = {
  /** Messages that were handed to the queue again. */
  carried: number
  /** Messages that the queue did not take; they are due again soon. */
  refused: number
  /** Messages of sessions that cannot send at the moment. */
  waiting: number
  /** Leftovers of sessions that do not exist any more. */
  removed: number
  /** Sessions whose connector was told of their intent again. */
  nudged: number
  /** True when there was more than one run takes. */
  more: boolean
}

type Deps = Pick<Domain, 'store' | 'commands' | 'log' | 'shards'>
type Run = Deps & {
  swept: Swept
  /** Work that fails is counted and told, and goes no further. */
  apart(about: { shard: number; sessionId?: string }, work: () => Promise<void>): Promise<void>
}

/** Messages that one run looks at, in all shards together. */
const MESSAGES_PER_RUN = 5_000
const PAGE = 100
/** Milliseconds from one run to the next. */
const RUNS_EVERY = 60_000

/** Milliseconds: an intent is left to the queue for so long, and a message that was carried again too. */
const INTENT_PATIENCE = 10_000
const CARRIED_AGAIN_AFTER = 60_000
/** How long a message rests whose session cannot send: half its age, within these bounds. */
const SHORTEST_REST = 30_000

/** @throws Error when somebody could not be attended to; everybody else was */
export async function sweep(deps: Deps, limit = MESSAGES_PER_RUN): Promise<Swept> {
  const swept: Swept = { carried: 0, refused: 0, waiting: 0, removed: 0, nudged: 0, more: false }
  let failed = 0
  const apart: Run['apart'] = (about, work) =>
    work().catch((err: unknown) => {
      failed++
      deps.log.error({ err, ...about }, 'what had stayed behind could not be carried')
    })
  const run: Run = { ...deps, swept, apart }
  let left = limit
  for (const shard of inTurn(deps)) {
    await apart({ shard }, async () => {
      left -= await sweepMessages(run, shard, left)
    })
    await apart({ shard }, () => sweepIntents(deps, shard, swept))
  }
  if (swept.carried + swept.refused + swept.nudged > 0)
    deps.log.info(swept, 'carried again what had stayed behind')
  if (failed > 0) throw new Error(`${failed} shards or sessions could not be attended to: see the log`)
  return swept
}

/** Each run begins with another shard, so that one with very much to carry does not starve the others. */
function* inTurn({ shards, store }: Deps): Generator<number> {
  const first = Math.floor(store.now() / RUNS_EVERY)
  for (let n = 0; n < shards; n++) yield (first + n) % shards
}

/** @returns how many messages were looked at */
async function sweepMessages(run: Run, shard: number, limit: number): Promise<number> {
  let seen = 0
  let cursor: string | undefined
  do {
    const page = await Messages.due(run.store, shard, {
      limit: Math.min(PAGE, Math.max(1, limit - seen)),
      cursor,
    })
    if (page.items.length > 0 && seen >= limit) {
      run.swept.more = true
      return seen
    }
    seen += page.items.length
    await attend(run, shard, page.items)
    cursor = page.cursor
  } while (cursor)
  return seen
}

/** Messages of one session one after the other, so that the queue gets them in their order. */
async function attend(run: Run, shard: number, messages: Messages.Message[]): Promise<void> {
  const sessions = await sessionsOf(run, messages)
  await Promise.all(
    [...Map.groupBy(messages, ({ sessionId }) => sessionId)].map(([sessionId, own]) =>
      run.apart({ shard, sessionId }, async () => {
        for (const message of own) await attendOne(run, message, sessions.get(sessionId), run.swept)
      }),
    ),
  )
}

async function attendOne(
  deps: Deps,
  message: Messages.Message,
  session: Session | undefined,
  swept: Swept,
): Promise<void> {
  if (!session) {
    await deps.store.remove('messages', Messages.outgoingKey(message.sessionId, message.id))
    swept.removed++
  } else if (Sessions.canSend(session) && !session.deletedAt) await carry(deps, session, message, swept)
  else {
    await Messages.postpone(deps.store, message, deps.store.now() + restOf(message, deps.store.now()))
    swept.waiting++
  }
}

async function sessionsOf({ store }: Deps, messages: Messages.Message[]): Promise<Map<string, Session>> {
  const ids = [...new Set(messages.map(({ sessionId }) => sessionId))]
  const items = await store.getMany('main', ids.map(sessionKey))
  return new Map(items.map((item) => Session.parse(item)).map((session) => [session.id, session]))
}

/** Moved on first, so that of two sweepers only one carries it. */
async function carry(
  { store, commands, log }: Deps,
  { shard, settings }: Session,
  message: Messages.Message,
  swept: Swept,
): Promise<void> {
  const next = store.now() + CARRIED_AGAIN_AFTER
  if (!(await Messages.postpone(store, message, next))) return
  const { id, sessionId, accountId } = message
  try {
    const to = { accountId, sessionId, shard, ...sealing(settings) }
    await commands.send(to, sendCommand(message, true), `${id}-again-${next}`)
    swept.carried++
  } catch (err) {
    log.warn({ err, sessionId, messageId: id }, 'the queue did not take the message again')
    swept.refused++
  }
}

function restOf({ times, timestamp }: Messages.Message, now: number): number {
  const age = now - Date.parse(times.accepted ?? timestamp)
  return Math.min(Math.max(age / 2, SHORTEST_REST), Messages.RESTS_AT_MOST)
}

async function sweepIntents(deps: Deps, shard: number, swept: Swept): Promise<void> {
  const now = deps.store.now()
  const stale = (await Sessions.pendingIntents(deps.store, shard)).filter(
    (session) =>
      isPending(session) && session.intent && Date.parse(session.intent.at) <= now - INTENT_PATIENCE,
  )
  await Promise.all(
    stale.map((session) => Sessions.nudge(deps, session, `-again-${Math.floor(now / INTENT_PATIENCE)}`)),
  )
  swept.nudged += stale.length
}
