/**
 * Answers requests of one session over its present connection. Whatever becomes of one, its asker is told: the answer,
 * or why there is none. What may have been done before, by a connector that died over it, is not done again.
 */
import type { Media } from '#core/contract/content.ts'
import { type Outcome, REQUESTS, type RequestFailure, type RequestName } from '#core/contract/request.ts'
import type { Log } from '#core/platform/log.ts'
import { type Connection, NotConnected, Refused, Unanswered } from '../socket/index.ts'
import { TookTooLong, within } from '../within.ts'

/** A `session.request` command. `isRepeat`: it may have been done before. */
export type Request = {
  requestId: string
  name: RequestName
  input: unknown
  /** When nobody waits for it any more, ISO 8601. */
  until: string
  isRepeat: boolean
}

type Parts = {
  now(): number
  log: Log
  /** A file of the session; undefined when there is none of that name. */
  contentOf(mediaId: string): Promise<Buffer | undefined>
  /** The file of a received message, fetched now; undefined when there is no such message, or no file with it. */
  fileOf(messageId: string): Promise<Media | undefined>
  /** Packs the device up, when the session is at rest. */
  takeOut(): Promise<Outcome>
  /** Takes back a message of ours; false when it has left. */
  cancel(messageId: string): Promise<boolean>
  tell(requestId: string, outcome: Outcome): Promise<unknown>
}

export const answering =
  ({ now, log, tell, ...files }: Parts) =>
  async (connection: Connection | undefined, request: Request): Promise<void> => {
    const patience = Date.parse(request.until) - now()
    if (patience <= 0) return
    const outcome = await answerTo(connection, request, patience, files)
    if ('failure' in outcome) log.info({ request: request.name, ...outcome.failure }, 'request not answered')
    try {
      await tell(request.requestId, outcome)
    } catch (error) {
      log.warn({ err: error, request: request.name }, 'an answer was not stored; its asker waits in vain')
    }
  }

type Files = Pick<Parts, 'contentOf' | 'fileOf' | 'takeOut' | 'cancel'>

/** In time, whatever is asked: a request that is not done keeps those behind it in the queue. */
async function answerTo(
  connection: Connection | undefined,
  { name, input, isRepeat }: Request,
  patience: number,
  files: Files,
): Promise<Outcome> {
  const { takes, safe } = REQUESTS[name]
  if (isRepeat && !safe) return { failure: { code: 'unknown' } }
  const read = takes.safeParse(input)
  if (!read.success) return { failure: { code: 'invalid' } }
  try {
    return await within(patience, answered(connection, name, read.data, files), name)
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

async function answered(
  connection: Connection | undefined,
  name: RequestName,
  input: unknown,
  { contentOf, fileOf, takeOut, cancel }: Files,
): Promise<Outcome> {
  if (name === 'device.export') return takeOut()
  if (name === 'pairing.code') return pairingCode(connection, input as { phoneNumber: string })
  if (name === 'message.cancel') return cancelled(input as { messageId: string }, cancel)
  if (connection?.state !== 'open') return { failure: { code: 'not_connected' } }
  if (name === 'media.fetch') return obtain(input as { messageId: string }, fileOf)
  if (name === 'picture.set') return setPicture(connection, input as Picture, contentOf)
  return { answer: await connection.ask(name, input as never) }
}

async function pairingCode(
  connection: Connection | undefined,
  { phoneNumber }: { phoneNumber: string },
): Promise<Outcome> {
  if (connection?.state !== 'pairing') return { failure: { code: 'not_pairing' } }
  return { answer: { code: await connection.pairingCode(phoneNumber) } }
}

async function obtain({ messageId }: { messageId: string }, fileOf: Parts['fileOf']): Promise<Outcome> {
  const media = await fileOf(messageId)
  return media ? { answer: { media } } : { failure: { code: 'refused', whatsapp: 404 } }
}

const cancelled = async (
  { messageId }: { messageId: string },
  cancel: Parts['cancel'],
): Promise<Outcome> => ({
  answer: { cancelled: await cancel(messageId) },
})

type Picture = { id?: string | undefined; file?: string | undefined }

async function setPicture(
  connection: Connection,
  { id, file }: Picture,
  contentOf: Parts['contentOf'],
): Promise<Outcome> {
  const content = file === undefined ? undefined : await contentOf(file)
  if (file !== undefined && !content) return { failure: { code: 'invalid' } }
  await connection.media.setPicture(id, content)
  return { answer: {} }
}

function failureOf(error: unknown): RequestFailure {
  if (error instanceof NotConnected) return { code: 'not_connected' }
  if (error instanceof Unanswered || error instanceof TookTooLong) return { code: 'timeout' }
  if (error instanceof Refused)
    return { code: 'refused', ...(error.code === undefined ? {} : { whatsapp: error.code }) }
  return { code: 'failed' }
}
