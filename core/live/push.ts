/**
 * Brings every listener of a session up to the end of its log: each from its own cursor, in order, and no further than
 * it takes. Run by one at a time for a session, in the order of the jobs. A run that was cut short between sending and
 * moving the cursor sends the same once more, which a client knows by the ids.
 */
import type { Event } from '../contract/event.ts'
import type { Domain } from '../domain.ts'
import { viewsFor } from '../events/view.ts'
import type { Links } from '../media/link.ts'
import { linked } from '../media/linked.ts'
import { lowestUlid } from '../platform/id.ts'
import type { Session } from '../session.ts'
import * as Sessions from '../sessions/index.ts'
import { TOKEN } from '../token.ts'
import * as Connections from './connection.ts'
import { type Cursor, isTooOld, readOn, type Step } from './cursor.ts'
import type { LiveEvent, ServerFrame } from './frames.ts'
import { nobodyListens } from './listening.ts'
import type { Post } from './post.ts'
import * as Subscriptions from './subscription.ts'
import type { Heard, Live } from './tell.ts'

export type PushDeps = Pick<Domain, 'store' | 'retention' | 'log'> & {
  post: Post
  live: Live
  links: Links
}

/** Pages that one listener gets in one run, before others have their turn. */
const PAGES = 10
/** Bytes of a frame: API Gateway takes 128 KB. */
const FRAME_BYTES = 100_000

type Run = PushDeps & {
  session: Session | undefined
  volatile: Event[]
  isValid(token: string): boolean
  read(cursor: Cursor): Promise<Step>
}

/** @throws when something could not be read or written: repeating it is safe */
export async function push(deps: PushDeps, { id, accountId }: Heard, volatile: Event[] = []): Promise<void> {
  const { store } = deps
  // Read before the listeners: see nobodyListens.
  const session = await Sessions.find(store, id)
  const listeners = await Subscriptions.ofSession(store, id)
  if (listeners.length === 0) return session && nobodyListens(store, session)
  const tokens = new Set(listeners.map(({ token }) => token))
  const valid = await store.getMany(
    'main',
    [...tokens].map((pk) => ({ pk, sk: TOKEN })),
  )
  const isValid = (token: string) => valid.some(({ pk }) => pk === token)
  const run: Run = { ...deps, session, volatile, isValid, read: sharedReads(deps, id) }
  const ends = await Promise.all(listeners.map((listener) => serve(run, listener)))
  if (ends.includes('more')) await deps.live.tell([{ id, accountId }])
}

async function serve(run: Run, listener: Subscriptions.Subscription): Promise<'done' | 'more' | 'gone'> {
  if (!run.isValid(listener.token)) return dismiss(run, listener)
  const end = await bringUp(run, listener)
  if (end === 'gone') await Connections.close(run.store, listener.connectionId)
  if (end !== 'done') return end
  const view = viewsFor(run.session)
  for (const event of run.volatile)
    if (Subscriptions.hears(listener, event))
      await say(run, listener, { type: 'volatile', sessionId: listener.sessionId, event: view(event) })
  if (!run.session || run.session.deletedAt) await conclude(run, listener)
  return 'done'
}

async function bringUp(run: Run, listener: Subscriptions.Subscription): Promise<'done' | 'more' | 'gone'> {
  const { sessionId } = listener
  let { cursor } = listener
  const { store, retention } = run
  const view = viewsFor(run.session)
  const moveTo = async (next: Cursor) => {
    const moved = await Subscriptions.advance(store, { ...listener, cursor }, next)
    cursor = next
    return moved
  }
  if (isTooOld(cursor, store.now(), retention.eventSeconds)) {
    if ((await say(run, listener, { type: 'gap', sessionId })) === 'gone') return 'gone'
    if (!(await moveTo(lowestUlid(store.now() - retention.eventSeconds * 1_000)))) return 'done'
  }
  for (let page = 0; page < PAGES; page++) {
    const step = await run.read(cursor)
    if (step.events.length === 0) return 'done'
    const wanted = step.events.filter((event) => Subscriptions.hears(listener, event))
    const chunks = chunksOf(await Promise.all(wanted.map((event) => linked(run.links, view(event)))))
    for (const [index, chunk] of chunks.entries()) {
      // Who is cut off in the middle of a page goes on before it.
      const isLast = index === chunks.length - 1
      const frame: ServerFrame = {
        type: 'events',
        sessionId,
        events: chunk,
        cursor: isLast ? step.cursor : cursor,
      }
      if ((await say(run, listener, frame)) === 'gone') return 'gone'
    }
    // Subscribed anew meanwhile, or no longer: whoever did that has seen to the rest.
    if (!(await moveTo(step.cursor))) return 'done'
    if (!step.more) return 'done'
  }
  return 'more'
}

const say = (
  { post }: Run,
  { connectionId }: Subscriptions.Subscription,
  frame: ServerFrame,
): Promise<'sent' | 'gone'> => post.send(connectionId, frame)

/** The token on whose behalf it listens does not hold any more. */
async function dismiss(run: Run, listener: Subscriptions.Subscription): Promise<'gone'> {
  const { connectionId } = listener
  await say(run, listener, {
    type: 'error',
    code: 'UNAUTHORIZED',
    error: 'The token that this connection was opened with is not valid any more.',
    closing: true,
  })
  await run.post.close(connectionId)
  await Connections.close(run.store, connectionId)
  return 'gone'
}

async function conclude(run: Run, listener: Subscriptions.Subscription): Promise<void> {
  const { sessionId } = listener
  const error = 'The session was deleted.'
  await say(run, listener, { type: 'ended', sessionId, code: 'SESSION_NOT_FOUND', error })
  await Subscriptions.remove(run.store, [listener])
}

/** Listeners that have read equally far share what is read. */
function sharedReads({ store }: PushDeps, sessionId: string): Run['read'] {
  const reads = new Map<Cursor, Promise<Step>>()
  return (cursor) => {
    const read = reads.get(cursor) ?? readOn(store, sessionId, cursor)
    reads.set(cursor, read)
    return read
  }
}

/** As many events at a time as a frame takes. */
function chunksOf(events: LiveEvent[]): LiveEvent[][] {
  const chunks: LiveEvent[][] = []
  let room = 0
  for (const event of events.map(small)) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1
    if (size > room) {
      chunks.push([])
      room = FRAME_BYTES
    }
    chunks.at(-1)?.push(event)
    room -= size
  }
  return chunks
}

const small = (event: LiveEvent): LiveEvent =>
  Buffer.byteLength(JSON.stringify(event)) < FRAME_BYTES ? event : { ...event, payload: {}, tooLarge: true }
