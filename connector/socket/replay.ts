/**
 * Messages between our own devices (app-state keys, history) are acted on by Baileys itself, after it has sent their
 * receipt: a crash in between would leave the device without its keys for ever. Those that are still in the journal and
 * will not be delivered again are fed to Baileys once more; all that they do is idempotent.
 */
import { cleanMessage, decodeMessageNode, type WASocket } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { peerContent, withoutHistory } from './history/notification.ts'
import type { Journal, StoredMessage } from './journal.ts'
import type { Line } from './line.ts'
import type { WriteSet } from './write-set.ts'

const ATTEMPTS = 3

export type ReplayOptions = {
  socket: WASocket
  journal: Journal
  set: WriteSet
  line: Line
  log: Logger
  /** How often each row was tried in this process; outlives the connection. */
  attempts: Map<string, number>
}

export async function replayPeerMessages(options: ReplayOptions): Promise<void> {
  const { journal, line, log, attempts } = options
  for (const { id, message } of journal.unprocessed(line.ordinal)) {
    if (line.isLost) return
    const attempt = (attempts.get(id) ?? 0) + 1
    attempts.set(id, attempt)
    try {
      await line.untilLost(actOn(options, message))
      if (!hasTakenEffect(options.set, message)) throw new Error('it had no effect')
      journal.processed(id)
    } catch (error) {
      if (line.isLost) return
      log.warn(
        { attempt, error: error instanceof Error ? error.message : error },
        'a peer message could not be replayed',
      )
      if (attempt >= ATTEMPTS) journal.processed(id)
    }
  }
}

/** Baileys has acted on a peer message: its keys are in our hands, or it brought none. */
export function hasTakenEffect(set: WriteSet, message: StoredMessage): boolean {
  const keys =
    peerContent(Buffer.from(message.padded, 'base64'))?.protocolMessage?.appStateSyncKeyShare?.keys ?? []
  return keys.every(({ keyId }) =>
    set.has('app-state-sync-key', Buffer.from(keyId?.keyId ?? []).toString('base64')),
  )
}

async function actOn({ socket }: ReplayOptions, message: StoredMessage): Promise<void> {
  const { me } = socket.authState.creds
  const content = peerContent(Buffer.from(message.padded, 'base64'))
  if (!me || !content) return
  const node = { tag: 'message', attrs: message.stanza, content: [] }
  const { fullMessage } = decodeMessageNode(node, me.id, me.lid ?? '')
  fullMessage.message = withoutHistory(content)
  cleanMessage(fullMessage, me.id, me.lid ?? '')
  await socket.upsertMessage(fullMessage, 'append')
}
