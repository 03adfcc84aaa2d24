/**
 * What a history says of people and chats beside their messages: which number is behind a LID, what people are called,
 * the tokens that let us write to them. Baileys knows where all of that belongs, and is told of it in small pieces.
 */
import { proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys'
import { chunks } from '#core/platform/chunks.ts'
import type { Line } from '../line.ts'
import { announcing } from './notification.ts'

/** Chats, names or numbers of one piece. */
const PIECE = 200

/** @param heads a `HistorySync` without messages, encoded. Idempotent. @throws NotConnected when the line is lost */
export async function learnFrom(socket: WASocket, line: Line, heads: Uint8Array): Promise<void> {
  const { conversations, phoneNumberToLidMappings, pushnames } = proto.HistorySync.decode(heads)
  for (const some of chunks(phoneNumberToLidMappings, PIECE))
    await tell(socket, line, { phoneNumberToLidMappings: some })
  for (const some of chunks(conversations, PIECE)) await tell(socket, line, { conversations: some })
  for (const some of chunks(pushnames, PIECE)) {
    const contacts = some.flatMap(({ id, pushname }) => (id && pushname ? [{ id, notify: pushname }] : []))
    socket.ev.emit('messaging-history.set', { chats: [], messages: [], contacts })
  }
}

/** As what was asked for: of that, Baileys keeps no list of its own. */
async function tell(socket: WASocket, line: Line, inside: proto.IHistorySync): Promise<void> {
  const { me } = socket.authState.creds
  const syncType = proto.HistorySync.HistorySyncType.ON_DEMAND
  const said: WAMessage = {
    key: { remoteJid: me?.id ?? '', fromMe: true, id: '' },
    message: announcing({ syncType }, inside),
  }
  await line.untilLost(socket.upsertMessage(said, 'append'))
}
