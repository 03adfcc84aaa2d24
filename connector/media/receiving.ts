/**
 * Files of messages that came in: fetched once, streamed to the object store, and told when they are there. Which are
 * still to be fetched stands in the ledger, so a connector that takes a session over goes on with them. What WhatsApp
 * has dropped is asked of the phone again.
 */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Media, Target } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import { isChannel, isShared, jidOfPerson } from '#core/jid.ts'
import { keep, type Shelf } from '#core/media/ingest.ts'
import { LARGEST } from '#core/media/kinds.ts'
import type { Log } from '#core/platform/log.ts'
import { onThisMachine } from '#core/platform/scratch.ts'
import type { Session } from '#core/session.ts'
import { sealing } from '#core/settings.ts'
import type { Draft } from '../events/order.ts'
import type { MessageKeys } from '../keys.ts'
import { type Connection, Refused, Unanswered } from '../socket/index.ts'
import { within } from '../within.ts'
import { inTurn } from './in-turn.ts'

/** A session whose messages bring files. */
export type Receiver = {
  about: { sessionId: string; accountId: string }
  /** As it is known by then. */
  session(): Pick<Session, 'settings'>
  keys: MessageKeys
  log: Log
  /** The present connection, while it is open. */
  opened(): Connection | undefined
  note(drafts: Draft[]): Promise<void>
}
export type Downloads = {
  /** What becomes of the file of a message that has just come. */
  stateOf(media: Media): NonNullable<Media['state']>
  /** Fetches the files of these, one after the other; what cannot be had now stays in the ledger. */
  fetch(receiver: Receiver, messages: MessageFacts[]): void
  /** The same for one, while somebody waits: what the file is then, `pending` when it is not known in time. */
  obtain(receiver: Receiver, message: MessageFacts): Promise<Media | undefined>
  /** Fetches what is still to be fetched. */
  resume(receiver: Receiver): void
}

export type ReceivingParts = {
  shelf: Shelf | undefined
  awaiting(sessionId: string): Promise<MessageFacts[]>
  now(): string
}

/** In all, and of one session. */
const PARALLEL = { all: 6, ofOne: 3 }
const RETRY_AFTER_MS = [500, 3_000, 15_000]
/** Less than whoever waits for an answer does. */
const OBTAINED_WITHIN_MS = 15_000
const GONE = new Set([403, 404, 410])

export const openDownloads = ({ shelf, awaiting, now }: ReceivingParts): Downloads => {
  const take = inTurn(PARALLEL)
  const underWay = new Set<string>()

  const fetchOne = async (receiver: Receiver, message: MessageFacts): Promise<Media | undefined> => {
    if (!shelf || !message.media) return
    const name = `${receiver.about.sessionId} ${message.from} ${message.id}`
    if (underWay.has(name)) return
    underWay.add(name)
    try {
      const media = await take(receiver, () => had(shelf, receiver, message))
      if (media) await receiver.note([told(receiver, message, media, now())])
      return media
    } catch (error) {
      receiver.log.warn(
        { err: error, messageId: message.id },
        'a file is not stored yet; it is fetched later',
      )
      return
    } finally {
      underWay.delete(name)
    }
  }

  const fetch: Downloads['fetch'] = (receiver, messages) => {
    for (const message of messages) void fetchOne(receiver, message)
  }
  return {
    fetch,
    async obtain(receiver, message) {
      if (!message.media || !shelf) return message.media
      const pending = { ...message.media, state: 'pending' as const }
      const fetched = fetchOne(receiver, message)
      return (await within(OBTAINED_WITHIN_MS, fetched, 'a file').catch(() => undefined)) ?? pending
    },
    stateOf: ({ size = 0 }) => (shelf && size <= LARGEST ? 'pending' : 'skipped'),
    resume(receiver) {
      if (!shelf) return
      awaiting(receiver.about.sessionId).then(
        (messages) => fetch(receiver, messages),
        (error: unknown) =>
          receiver.log.warn({ err: error }, 'files that are to be fetched are not known yet'),
      )
    },
  }
}

/** What the file is now; undefined when that cannot be said yet. */
async function had(shelf: Shelf, receiver: Receiver, message: MessageFacts): Promise<Media | undefined> {
  const { media } = message
  const opened = receiver.keys.opened(message)
  if (!media || !opened) return media && { ...media, state: 'failed' }
  const encoded = receiver.keys.encode(opened)
  for (const wait of [...RETRY_AFTER_MS, undefined]) {
    const connection = receiver.opened()
    if (!connection) return undefined
    try {
      const file = await fetched({ shelf, receiver, message, connection }, encoded)
      return file ? { ...media, ...file, state: 'stored' } : { ...media, state: 'gone' }
    } catch (error) {
      receiver.log.warn({ err: error, messageId: message.id }, 'a file could not be fetched')
      if (wait !== undefined) await pause(wait)
    }
  }
  return { ...media, state: 'failed' }
}

type Fetch = { shelf: Shelf; receiver: Receiver; message: MessageFacts; connection: Connection }
type Stored = Pick<Media, 'id' | 'size' | 'sha256'>

/** Undefined when neither WhatsApp nor the phone has it any more. */
async function fetched(fetch: Fetch, encoded: Uint8Array): Promise<Stored | undefined> {
  const { shelf, receiver, message, connection } = fetch
  try {
    return await stored(shelf, receiver, message, await connection.media.download(encoded))
  } catch (error) {
    if (!isGone(error)) throw error
  }
  const renewed = await again(connection, encoded, message)
  try {
    return renewed && (await stored(shelf, receiver, message, await connection.media.download(renewed)))
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

const isGone = (error: unknown): boolean => error instanceof Refused && GONE.has(error.code ?? 0)

/** Undefined when the phone does not have it, or does not answer. */
async function again(
  connection: Connection,
  encoded: Uint8Array,
  { id, chatId, fromMe, sender }: MessageFacts,
): Promise<Uint8Array | undefined> {
  // A channel's file is nobody's to leave there again but its owner's.
  if (isChannel(chatId)) return undefined
  const author = jidOfPerson(sender)
  const participant = isShared(chatId) && author ? { participant: author } : {}
  try {
    return await connection.media.renew(encoded, { id, chatId, fromMe, ...participant })
  } catch (error) {
    if (error instanceof Refused || error instanceof Unanswered) return undefined
    throw error
  }
}

async function stored(
  shelf: Shelf,
  { about, session }: Receiver,
  { media }: MessageFacts,
  content: AsyncIterable<Uint8Array>,
): Promise<Stored> {
  const hash = createHash('sha256')
  let size = 0
  await using file = await onThisMachine(content, async function* (chunks) {
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > LARGEST) throw new Error('The file is larger than any may be.')
      hash.update(chunk)
      yield chunk
    }
  })
  const sha256 = hash.digest('hex')
  if (media?.sha256 && media.sha256 !== sha256) throw new Error('The file is not the one that was announced.')
  const { mimetype = 'application/octet-stream', fileName } = media ?? {}
  const owner = { ...about, ...sealing(session().settings) }
  const { id } = await keep(shelf, owner, { path: file.path, size, sha256, mimetype, fileName })
  return { id, size, sha256 }
}

function told(
  { about }: Receiver,
  { id, chatId, fromMe, sender }: MessageFacts,
  media: Media,
  timestamp: string,
): Draft {
  const { name: _, ...author } = sender
  const target: Target = { messageId: id, fromMe, ...(fromMe ? {} : { sender: author }) }
  return { ...about, timestamp, type: 'message.media', payload: { chatId, target, media } }
}

/** The messages among these events whose file is to be fetched. */
export const awaitingIn = (events: Event[]): MessageFacts[] =>
  events.flatMap(({ payload }) =>
    'message' in payload && payload.message.media?.state === 'pending' ? [payload.message] : [],
  )
