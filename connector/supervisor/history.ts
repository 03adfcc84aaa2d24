/**
 * Takes over the history that a phone hands over, when the session wants it. What came inside its message is stored
 * before the message is done with; what lies at the media server is fetched beside everything else, a few times, and
 * does not hold up what is said now.
 */
import { buffer } from 'node:stream/consumers'
import type { Event } from '#core/contract/event.ts'
import { iso } from '#core/platform/clock.ts'
import type { Past } from '#core/projection/history.ts'
import { sealing } from '#core/settings.ts'
import { type Context, historyIn, historyPartIn, type Part } from '../convert/index.ts'
import { pauses } from '../pauses.ts'
import type { Connection, Row } from '../socket/index.ts'
import { isIgnored } from './choices.ts'
import type { SessionParts } from './parts.ts'

const ATTEMPTS = 5

export type HistoryParts = Pick<SessionParts, 'about' | 'session' | 'note' | 'now' | 'log'> & {
  /** Resolves when these stand in the read model. */
  keepHistory(past: Past[]): Promise<void>
  /** The present connection, while it is open. */
  opened(): Connection | undefined
}
type Synced = Pick<Extract<Event, { type: 'history.synced' }>, 'type' | 'payload'>

export type Historian = {
  /** What is to be told of history among these rows, which stands in the read model then. */
  take(rows: Row[], context: Context): Promise<Event[]>
}

export function historian(parts: HistoryParts): Historian {
  const { session, log } = parts

  const isWanted = ({ kind }: Part): boolean => {
    const { messageHistory, store } = session().settings
    return store && (messageHistory || kind === 'on_demand')
  }

  /** Undefined when it cannot be read. */
  const keep = async (part: Part, content: Uint8Array, context: Context): Promise<Synced | undefined> => {
    const history = read(part, content, context)
    if (!history) return
    const marks = sealing(session().settings)
    await parts.keepHistory(history.past.map((past) => ({ ...past, ...marks })))
    const { kind, progress, requestId } = part
    const [chatId] = history.chats
    return {
      type: 'history.synced',
      payload: {
        kind,
        chats: history.chats.length,
        messages: history.past.length,
        ...(progress === undefined ? {} : { progress }),
        ...(requestId ? { requestId } : {}),
        ...(kind === 'on_demand' && chatId ? { chatId } : {}),
      },
    }
  }

  const read = (part: Part, content: Uint8Array, context: Context) => {
    try {
      return historyIn(
        part,
        content,
        { ...context, stateOf: () => 'skipped' },
        (jid) => !isIgnored(session(), jid),
      )
    } catch (error) {
      log.error({ err: error, kind: part.kind }, 'history skipped: it cannot be read')
      return undefined
    }
  }

  const later = async (part: Part, context: Context): Promise<void> => {
    let attempt = 0
    for (const pause of pauses(1_000, 30_000)) {
      try {
        const connection = parts.opened()
        if (!connection) throw new Error('the session is not connected')
        const content = await buffer(await connection.media.download(part.row.message))
        const told = await keep(part, content, context)
        if (told) await parts.note([{ ...parts.about, timestamp: iso(parts.now()), ...told }])
        return
      } catch (error) {
        log.warn({ err: error, kind: part.kind, attempt }, 'history could not be fetched')
        if (++attempt === ATTEMPTS) return
      }
      await pause()
    }
  }

  return {
    async take(rows, context) {
      const events: Event[] = []
      for (const row of rows) {
        const part = partIn(row, log)
        if (!part || !isWanted(part)) continue
        if (!part.content) void later(part, context)
        else {
          const told = await keep(part, part.content, context)
          if (told) events.push({ id: row.id, ...parts.about, timestamp: context.now, ...told })
        }
      }
      return events
    },
  }
}

function partIn(row: Row, log: HistoryParts['log']): Part | undefined {
  try {
    return historyPartIn(row)
  } catch (error) {
    log.error({ err: error, rowId: row.id }, 'row skipped: it cannot be read')
    return undefined
  }
}
