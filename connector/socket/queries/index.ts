/**
 * What can be asked of WhatsApp over an open connection, by the names of core/contract/request.ts. An answer that the
 * server refuses keeps its number; one that does not come while the line holds is told as such.
 */
import type { WASocket } from '@whiskeysockets/baileys'
import type { Gives, RequestName, Takes } from '#core/contract/request.ts'
import { Refused, Unanswered } from '../errors.ts'
import type { Line } from '../line.ts'
import type { Synced } from '../synced.ts'
import { channelAnswers } from './channels.ts'
import { chatAnswers } from './chats.ts'
import { contactAnswers } from './contacts.ts'
import { groupAnswers } from './groups.ts'
import { historyAnswers } from './history.ts'
import { labelAnswers } from './labels.ts'
import { type Patch, patching } from './patch.ts'
import { peopleAnswers } from './people.ts'
import { presenceAnswers } from './presence.ts'
import { usernameAnswers } from './usernames.ts'

export type Asked = {
  socket: WASocket
  /** The phone number behind a LID, and the reverse, as far as the device has learnt it. */
  phoneNumberOf(lid: string): string | undefined
  lidOf(phoneNumber: string): string | undefined
  /** Told what was changed on all devices of the number; resolves when it was handed on. */
  note(changes: Synced[]): Promise<void>
  /** Changes what all devices of the number keep in step. */
  patch: Patch
}
export type Answers = { [N in RequestName]?: (input: Takes<N>) => Promise<Gives<N>> }
export type Ask = <N extends RequestName>(name: N, input: Takes<N>) => Promise<Gives<N>>

/** @param assertOpen throws NotConnected when the connection is not open */
export function queries(given: Omit<Asked, 'patch'>, line: Line, assertOpen: () => void): Ask {
  const asked: Asked = { ...given, patch: patching(given.socket) }
  const answers: Answers = {
    ...presenceAnswers(asked),
    ...peopleAnswers(asked),
    ...usernameAnswers(asked),
    ...groupAnswers(asked),
    ...chatAnswers(asked),
    ...historyAnswers(asked),
    ...channelAnswers(asked),
    ...contactAnswers(asked),
    ...labelAnswers(asked),
  }
  return async (name, input) => {
    const answer = answers[name]
    if (!answer) throw new Refused(`Nobody answers ${name} here.`, undefined)
    assertOpen()
    try {
      return await line.untilLost(answer(input))
    } catch (error) {
      throw named(error)
    }
  }
}

/** Baileys puts the server's number into `data`, or its own into `output`. */
function named(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { data, output } = error as { data?: unknown; output?: { statusCode?: number } }
  if (typeof data === 'number') return new Refused(error.message, data, error)
  if (/timed out/i.test(error.message)) return new Unanswered(error.message, error)
  return output?.statusCode && output.statusCode < 500
    ? new Refused(error.message, output.statusCode, error)
    : error
}
