/**
 * Takes over the history that a phone hands over, when the session wants it: one part after the other, in slices, beside
 * everything that is said now. Parts lie on the shelf of the device until their messages are stored, so a connector that
 * takes the session over goes on where the last one stopped; what cannot be had is tried again, less and less often, and
 * is given up by name. A message that is stored already stays as it is, so that doing it twice does nothing.
 */
import type { HistoryState } from '#core/history.ts'
import { iso } from '#core/platform/clock.ts'
import type { Past } from '#core/projection/history.ts'
import { type Settings, sealing } from '#core/settings.ts'
import {
  announcedBy,
  type Context,
  encodeHeads,
  headsIn,
  knowing,
  messagesIn,
  pastIn,
  secondOf,
  timersIn,
} from '../convert/index.ts'
import { isPermanent } from '../events/permanent.ts'
import { pauses } from '../pauses.ts'
import {
  type Connection,
  type Device,
  type HistoryPart,
  type MediaPort,
  NotConnected,
  type Row,
} from '../socket/index.ts'
import { isIgnored } from './choices.ts'
import { failureOf, isOver, pauseAfter } from './history-attempts.ts'
import type { SessionParts } from './parts.ts'
import { timersHandedOver } from './timers.ts'

/** Messages that are stored at a time, and the least time between two reports of that, in ms. */
const [SLICE, REPORT_MS] = [100, 3_000]
const DAY_MS = 86_400_000
const DEPTH_DAYS: Record<Settings['historyDepth'], number> = { three_months: 92, year: 366 }

export type HistoryParts = Pick<
  SessionParts,
  'session' | 'about' | 'timers' | 'note' | 'now' | 'random' | 'log'
> & {
  /** Runs as many at a time as the process can bear. */
  histories: { add(work: () => Promise<void>): Promise<unknown> }
  /** Resolves when these stand in the read model. */
  keepHistory(past: Past[]): Promise<void>
  /** The present connection, while it is open. */
  opened(): Connection | undefined
  device(): Pick<Device, 'history'> | undefined
  context(): Context
  /** How far it is. */
  shown(state: HistoryState): void
}
type Announced = ReturnType<typeof announcedBy>
type Work = {
  part: HistoryPart
  row: Extract<Row, { kind: 'message' }>
  told: Announced
  connection: Connection
  shelf: Device['history']
}
type Content = Awaited<ReturnType<MediaPort['spool']>>

export type Historian = {
  /** There may be something to do: a part has come, the session is connected, or time has passed. */
  wake(): void
}

export function historian(parts: HistoryParts): Historian {
  const { session, now, random, log } = parts
  let isAtWork = false
  let reportedAt = 0

  const wake = async (): Promise<void> => {
    if (isAtWork || !next()) return
    isAtWork = true
    try {
      for (let part = next(); part; part = next()) {
        const [due, shelf] = [part, parts.device()?.history]
        await parts.histories.add(async () => shelf && (await attempt(due, shelf)))
      }
    } catch (error) {
      // The device is gone: its parts wait for whoever opens it next.
      log.debug({ err: error }, 'history is gone on with later')
    } finally {
      isAtWork = false
    }
  }

  const next = (): HistoryPart | undefined =>
    parts.opened() &&
    parts
      .device()
      ?.history.pending()
      .find(({ notBefore }) => notBefore <= now())

  /** @throws Closed when the device is gone */
  const attempt = async (part: HistoryPart, shelf: Device['history']): Promise<void> => {
    const connection = parts.opened()
    if (!connection || parts.device()?.history !== shelf) return
    const { id } = part
    const row = shelf.announcement(id)
    try {
      await take({ part, row, told: announcedBy(row.message), connection, shelf })
    } catch (error) {
      if (error instanceof NotConnected || parts.opened() !== connection) {
        shelf.note(id, { notBefore: now() + pauseAfter(0, random) })
        return
      }
      const before = shelf.pending().find((one) => one.id === id)?.attempts ?? 0
      const [attempts, failed] = [before + 1, failureOf(error)]
      log.warn({ err: error, attempts, failed }, 'a part of the history could not be taken over')
      if (isOver({ attempts, failed, age: now() - part.since })) shelf.finish(id, { failed, attempts })
      else {
        const notBefore = now() + pauseAfter(before, random)
        shelf.note(id, { attempts, notBefore })
        report(shelf, { failed, attempts, notBefore })
        return
      }
    }
    report(shelf)
  }

  const take = async (work: Work): Promise<void> => {
    const { part, told, connection, shelf } = work
    const wants = wantedOf(session().settings, told.kind)
    if (wants === 'nothing') return shelf.finish(part.id, undefined)
    await using content = await contentOf(work)
    // Whatever is wrong with it shows now, before any of it counts.
    const heads = await headsIn(content.read())
    await connection.learn(encodeHeads(heads))
    await timersHandedOver(parts, timersIn(heads, knowing(heads, parts.context())))
    if (wants === 'heads') return shelf.finish(part.id, undefined)
    await keep(work, content, heads)
  }

  const keep = async (
    { part, row, told, shelf }: Work,
    content: Content,
    heads: Awaited<ReturnType<typeof headsIn>>,
  ): Promise<void> => {
    const around = knowing(heads, { ...parts.context(), stateOf: () => 'skipped' })
    const oldest =
      told.kind === 'on_demand' ? 0 : part.since - DEPTH_DAYS[session().settings.historyDepth] * DAY_MS
    let { done, messages, chats, lastChat } = part
    const isOlder = ages()
    let chatId: string | undefined
    let slice: Past[] = []
    const store = async () => {
      const marks = sealing(session().settings)
      await persistently(slice.map((past) => ({ ...past, ...marks })))
      messages += slice.length
      slice = []
      shelf.note(part.id, { done, messages, chats, lastChat, attempts: 0 })
      if (now() - reportedAt > REPORT_MS) report(shelf)
    }
    for await (const { chat, said } of bySecond(messagesIn(content.read(), done))) {
      const head = heads.conversations[chat] ?? {}
      const isWanted = !isIgnored(session(), head.id ?? '') && isYoung(said, oldest, told.kind)
      const past = isWanted ? pastIn(said, head, row, around) : []
      if (past.length > 0 && chat !== lastChat) [chats, lastChat] = [chats + 1, chat]
      chatId ??= past[0]?.payload.message.chatId
      const age = { isOlder: past.length > 0 && isOlder(chat, said) }
      slice.push(...past.map((one) => ({ ...one, ...age })))
      done += said.length
      if (slice.length >= SLICE) await store()
    }
    await store()
    shelf.finish(part.id, { chats, messages, ...(chatId ? { chatId } : {}) })
  }

  /** A store that is away is no fault of the part. */
  const persistently = async (past: Past[]): Promise<void> => {
    if (past.length === 0) return
    for (const pause of pauses(100, 5_000)) {
      if (!parts.opened()) throw new NotConnected('The session is not connected any more.')
      try {
        return await parts.keepHistory(past)
      } catch (error) {
        if (isPermanent(error)) return apart(past, error)
        log.warn({ err: error }, 'history could not be stored, trying again')
      }
      await pause()
    }
  }

  /** One message that no store would ever take is left out. */
  const apart = async (past: Past[], error: unknown): Promise<void> => {
    const [first, ...others] = past
    if (first && others.length === 0) {
      log.error(
        { err: error, messageId: first.payload.message.id },
        'left out of the history: it cannot be stored',
      )
      return
    }
    for (const one of past) await persistently([one])
  }

  const report = (
    shelf: Device['history'],
    waits?: { failed: string; attempts: number; notBefore: number },
  ): void => {
    const pending = shelf.pending()
    const { parts: taken, failed, messages, progress } = shelf.totals
    reportedAt = now()
    parts.shown({
      status: waits ? 'waiting' : pending.length > 0 ? 'syncing' : failed > 0 ? 'incomplete' : 'complete',
      ...(progress === undefined ? {} : { progress }),
      parts: taken,
      pendingParts: pending.length,
      failedParts: failed,
      messages: messages + pending.reduce((sum, part) => sum + part.messages, 0),
      ...(waits
        ? { reason: waits.failed, attempts: waits.attempts, nextAttemptAt: iso(waits.notBefore) }
        : {}),
      updatedAt: iso(now()),
    })
  }

  return { wake: () => void wake() }
}

/** What comes with the messages (names, numbers behind LIDs) is needed to write to people, and is small. */
function wantedOf(
  { messageHistory, historyDepth, store }: Pick<Settings, 'messageHistory' | 'historyDepth' | 'store'>,
  kind: Announced['kind'],
): 'messages' | 'heads' | 'nothing' {
  const isKept =
    store && (messageHistory || kind === 'on_demand') && (kind !== 'full' || historyDepth === 'year')
  if (kind && isKept) return 'messages'
  return kind === 'recent' || kind === 'full' ? 'nothing' : 'heads'
}

/** Of what the phone gives first, the latest words of every chat are taken, however old they are. */
const isYoung = (said: Said, oldest: number, kind: Announced['kind']): boolean =>
  kind === 'initial' || !said[0] || secondOf(said[0]) * 1_000 >= oldest

/** Whether something younger of its chat came before. */
function ages(): (chat: number, said: Said) => boolean {
  const youngest = new Map<number, number>()
  return (chat, [first]) => {
    const second = first ? secondOf(first) : 0
    const isOlder = second < (youngest.get(chat) ?? second)
    if (!isOlder) youngest.set(chat, second)
    return isOlder
  }
}

async function contentOf({ row, told, connection }: Work): Promise<Content> {
  const { content } = told
  if (!content) return connection.media.spool(row.message)
  return {
    async *read() {
      yield content
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

type Said = Parameters<typeof pastIn>[0]

/** What was said in one chat in one second stays together; as much as a slice of it, where there is so much. */
async function* bySecond(
  messages: ReturnType<typeof messagesIn>,
): AsyncGenerator<{ chat: number; said: Said }, void> {
  let [chat, said]: [number, Said] = [-1, []]
  for await (const next of messages) {
    const [first] = said
    const belongs =
      first && next.chat === chat && secondOf(first) === secondOf(next.message) && said.length < SLICE
    if (!belongs && first) yield { chat, said }
    said = belongs ? [...said, next.message] : [next.message]
    chat = next.chat
  }
  if (said.length > 0) yield { chat, said }
}
