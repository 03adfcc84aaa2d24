/** What any kind of message may carry beside its content: whom it mentions, what it answers, how often it was passed on. */
import type { proto } from '@whiskeysockets/baileys'
import type { Content, Quoted } from '#core/contract/content.ts'
import { isShared } from '#core/jid.ts'
import { addressOfPerson, type Directory, personOf } from './identity.ts'
import { KINDS } from './kinds.ts'

type AboutIt = Pick<Content, 'mentions' | 'quoted' | 'forwarded' | 'viewOnce' | 'disappearingSeconds'>

/** @param content the part of the message that holds its kind */
export function aboutIt(content: unknown, directory: Directory): AboutIt {
  if (typeof content !== 'object' || content === null) return {}
  const { contextInfo, viewOnce } = content as {
    contextInfo?: proto.IContextInfo | null
    viewOnce?: boolean | null
  }
  const about: AboutIt = viewOnce ? { viewOnce } : {}
  if (!contextInfo) return about
  const mentions = mentionsIn(contextInfo, directory)
  if (mentions.length > 0) about.mentions = mentions
  if (contextInfo.isForwarded) about.forwarded = Math.max(contextInfo.forwardingScore ?? 1, 1)
  if (contextInfo.expiration) about.disappearingSeconds = contextInfo.expiration
  const quoted = quotedIn(contextInfo, directory)
  if (quoted) about.quoted = quoted
  return about
}

/** By whom the quoted message was written is settled later, by the one who knows who we are. */
function quotedIn(
  { stanzaId, participant, quotedMessage, remoteJid }: proto.IContextInfo,
  directory: Directory,
): Quoted | undefined {
  if (!stanzaId) return
  const { phoneNumber, lid } = personOf([participant ?? undefined], directory)
  const kind = quotedMessage ? KINDS.find(({ field }) => quotedMessage[field] != null) : undefined
  const text = quotedMessage ? kind?.text(quotedMessage) : undefined
  return {
    messageId: stanzaId,
    fromMe: false,
    ...(phoneNumber || lid
      ? { sender: { ...(phoneNumber ? { phoneNumber } : {}), ...(lid ? { lid } : {}) } }
      : {}),
    ...(kind ? { type: kind.type } : {}),
    ...(text ? { text } : {}),
    ...(remoteJid && isShared(remoteJid) ? { chatId: remoteJid } : {}),
  }
}

function mentionsIn({ mentionedJid, nonJidMentions }: proto.IContextInfo, directory: Directory): string[] {
  const people = (mentionedJid ?? []).map((jid) => addressOfPerson(personOf([jid], directory)))
  return [...new Set([...people.filter(Boolean), ...(nonJidMentions ? ['all'] : [])])]
}
