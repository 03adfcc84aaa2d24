/**
 * A message that came without its content, as our own phone has it: the answer to the question that Baileys asks the phone
 * (a placeholder is filled). It is the message itself, under its own id, and takes the place of what waits for it.
 */
import { proto } from '@whiskeysockets/baileys'
import type { Row } from '../socket/index.ts'
import type { Context } from './context.ts'
import { isMe, personOf } from './identity.ts'

type Message = Extract<Row, { kind: 'message' }>

/** The messages in an answer of our phone, as if they had come by themselves; none for any other row. */
export function resentIn(row: Message, { me, directory }: Context): Message[] {
  if (row.stanza.category !== 'peer' || !isMe(personOf([row.stanza.from], directory), me)) return []
  const { protocolMessage } = proto.Message.decode(row.message)
  const results = protocolMessage?.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? []
  return results.flatMap(({ placeholderMessageResendResponse }) => {
    const bytes = placeholderMessageResendResponse?.webMessageInfoBytes
    return bytes?.length ? rowOf(row, proto.WebMessageInfo.decode(bytes)) : []
  })
}

function rowOf(row: Message, info: proto.IWebMessageInfo): Message[] {
  const { key, message, messageTimestamp, pushName } = info
  const participant = key?.participant ?? info.participant
  if (!key?.id || !key.remoteJid || key.fromMe || !message) return []
  const stanza = {
    id: key.id,
    from: key.remoteJid,
    ...(participant ? { participant } : {}),
    ...(messageTimestamp ? { t: String(messageTimestamp) } : {}),
    ...(pushName ? { notify: pushName } : {}),
  }
  return [{ ...row, stanza, message: proto.Message.encode(message).finish() }]
}
