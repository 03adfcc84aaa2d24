/**
 * What is said on a live connection: the route `$default`. Every frame is answered by a frame, and what goes wrong by
 * one with a code; a connection that nobody knows, or that talks too much, is closed behind it.
 */
import * as Connections from '#core/live/connection.ts'
import type { ServerFrame } from '#core/live/frames.ts'
import { begin, subscribe, unsubscribe } from '#core/live/subscribe.ts'
import { Fault } from '#core/platform/fault.ts'
import { TOKEN, Token } from '#core/token.ts'
import type { LiveDeps } from './deps.ts'
import { type ClientFrame, idOf, readFrame } from './frames.ts'

/** Sessions of one answer, so that it fits into a frame whatever their cursors are. */
const SESSIONS_PER_FRAME = 150

export async function talk(deps: LiveDeps, connectionId: string, text: string): Promise<void> {
  try {
    const connection = await theConnection(deps, connectionId)
    await Connections.count(deps.store, connection)
    await answer(deps, connection, readFrame(text))
  } catch (error) {
    const fault = error instanceof Fault ? error : internal(deps, error)
    const closing = CLOSING.has(fault.code)
    const id = idOf(text)
    const { code, message, details } = fault
    await deps.post.send(connectionId, {
      type: 'error',
      ...(id ? { id } : {}),
      code,
      error: message,
      ...(details ? { details } : {}),
      ...(closing ? { closing } : {}),
    })
    if (!closing) return
    await deps.post.close(connectionId)
    await Connections.close(deps.store, connectionId)
  }
}

const CLOSING: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'RATE_LIMITED'])

async function answer(deps: LiveDeps, connection: Connections.Connection, frame: ClientFrame): Promise<void> {
  const tell = (said: ServerFrame) => deps.post.send(connection.id, said)
  const id = frame.id === undefined ? {} : { id: frame.id }
  switch (frame.type) {
    case 'ping':
      await tell({ type: 'pong', ...id })
      break
    case 'unsubscribe':
      await tell({
        type: 'unsubscribed',
        ...id,
        sessions: await unsubscribe(deps, connection, frame),
      })
      break
    case 'subscribe': {
      const cursors = Object.entries(await subscribe(deps, connection, frame))
      for (let start = 0; start === 0 || start < cursors.length; start += SESSIONS_PER_FRAME) {
        const end = start + SESSIONS_PER_FRAME
        const sessions = Object.fromEntries(cursors.slice(start, end))
        await tell({ type: 'subscribed', ...id, sessions, ...(end < cursors.length ? { more: true } : {}) })
      }
      await begin(
        deps,
        connection.accountId,
        cursors.map(([sessionId]) => sessionId),
      )
      break
    }
  }
}

/** @throws Fault UNAUTHORIZED when it is too old, or its token was revoked */
async function theConnection({ store }: LiveDeps, connectionId: string): Promise<Connections.Connection> {
  const connection = await Connections.find(store, connectionId)
  const token = connection && (await store.get('main', Token, { pk: connection.token, sk: TOKEN }))
  if (!connection || !token)
    throw new Fault(
      'UNAUTHORIZED',
      'This connection is not valid any more. Please connect again with a new ticket.',
    )
  return connection
}

function internal({ log }: LiveDeps, err: unknown): Fault {
  log.error({ err }, 'a live frame could not be answered')
  return new Fault('INTERNAL_ERROR', 'Something went wrong on our side. Please try again.', { cause: err })
}
