/**
 * Posts that were edited or deleted. WhatsApp brings the post again, under its id: with the new content and the time of
 * the edit in `<meta msg_edit_t>` (whatsmeow, `NewsletterMessageMeta`), or with `edit="8"` and nothing in it. Baileys takes
 * the one for a new post, and would ask the phone for the content of the other. Here both get the form that they have in
 * every other chat, so that whatever is behind reads them as what they are.
 */
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { isChannel } from '#core/jid.ts'
import { childOf } from './nodes.ts'

const { Type } = proto.Message.ProtocolMessage
const EDIT = '3'
const DELETIONS = new Set(['7', '8'])

/** Of a post as WhatsApp shows or brings it. */
export const isDeleted = ({ attrs }: BinaryNode): boolean => DELETIONS.has(attrs.edit ?? '')

/** When the post was edited, in ms since 1970; undefined when it is as it was posted. */
export function editedAt(stanza: BinaryNode): number | undefined {
  const at = Number(childOf(stanza, 'meta')?.attrs.msg_edit_t)
  if (at > 0) return at
  return stanza.attrs.edit === EDIT ? Number(stanza.attrs.t) * 1_000 : undefined
}

/** To be called before Baileys hears of the stanza. */
export function asInChats(stanza: BinaryNode): void {
  const { from = '', id = '' } = stanza.attrs
  if (!isChannel(from)) return
  const key = { id, remoteJid: from, fromMe: true }
  if (isDeleted(stanza)) put(stanza, { key, type: Type.REVOKE })
  else asEdit(stanza, key)
}

function asEdit(stanza: BinaryNode, key: proto.IMessageKey): void {
  const at = editedAt(stanza)
  const editedMessage = at === undefined ? undefined : decoded(childOf(stanza, 'plaintext')?.content)
  if (at === undefined || !editedMessage) return
  stanza.attrs.t = String(Math.floor(at / 1_000))
  put(stanza, { key, type: Type.MESSAGE_EDIT, editedMessage, timestampMs: at })
}

/** Undefined for what is no message: whoever reads it says so. */
function decoded(content: BinaryNode['content']): proto.IMessage | undefined {
  try {
    return content instanceof Uint8Array ? proto.Message.decode(content) : undefined
  } catch {
    return undefined
  }
}

function put(stanza: BinaryNode, protocolMessage: proto.Message.IProtocolMessage): void {
  const content = proto.Message.encode({ protocolMessage }).finish()
  stanza.content = [{ tag: 'plaintext', attrs: {}, content }]
}
