/** A message of the ledger with all that is known of it now: links to its file, and why it waits, if it does. */
import type * as z from 'zod'
import type { Message } from '#core/message.ts'
import * as Sessions from '#core/sessions/index.ts'
import { waitingOf } from '#core/waiting.ts'
import type { Deps } from '../deps.ts'
import { shown } from '../sessions/view.ts'
import { linked, type MessageRecord, recordOf } from './view.ts'

export async function presentRecordOf(deps: Deps, message: Message): Promise<z.infer<typeof MessageRecord>> {
  const [record, waiting] = await Promise.all([
    linked(deps.media, recordOf(message)),
    waitingIn(deps, message),
  ])
  return waiting ? { ...record, waiting } : record
}

/** Only what has not left is looked at more closely. */
async function waitingIn(deps: Deps, message: Message) {
  if (message.status !== 'accepted' && message.status !== 'queued') return
  const session = await Sessions.find(deps.store, message.sessionId)
  return session && waitingOf(message, session, await shown(deps, session), deps.store.now())
}
