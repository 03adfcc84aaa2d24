/** The questions that the rest of the connector may ask WhatsApp over an open connection. */
import { jidDecode, type WASocket } from '@whiskeysockets/baileys'
import type { Line } from './line.ts'
import type { Group, Queries } from './types.ts'

/** @param assertOpen throws NotConnected when the connection is not open */
export function queries(socket: WASocket, line: Line, assertOpen: () => void): Queries {
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    assertOpen()
    return line.untilLost(question())
  }
  return {
    onWhatsApp: (numbers) =>
      ask(async () => {
        const found = (await socket.onWhatsApp(...numbers)) ?? []
        const byNumber = new Map(found.map(({ jid, exists }) => [jidDecode(jid)?.user, { jid, exists }]))
        return numbers.map((number) => {
          const answer = byNumber.get(number.replace(/^\+/, ''))
          return { number, exists: answer?.exists === true, jid: answer?.exists ? answer.jid : undefined }
        })
      }),
    markRead: (messages) =>
      ask(() =>
        socket.readMessages(
          messages.map(({ chat, id, participant }) => ({
            remoteJid: chat,
            id,
            fromMe: false,
            ...(participant ? { participant } : {}),
          })),
        ),
      ),
    typing: (chat, state) => ask(() => socket.sendPresenceUpdate(state, chat)),
    group: (jid) => ask(async () => toGroup(await socket.groupMetadata(jid))),
  }
}

function toGroup(found: Awaited<ReturnType<WASocket['groupMetadata']>>): Group {
  return {
    jid: found.id,
    subject: found.subject,
    owner: found.owner,
    participants: found.participants.map(({ id, phoneNumber, admin }) => ({
      jid: id,
      phoneNumber: phoneNumber ? `+${jidDecode(phoneNumber)?.user ?? ''}` : undefined,
      admin: Boolean(admin),
    })),
  }
}
