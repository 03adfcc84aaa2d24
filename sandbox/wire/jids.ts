/**
 * Addresses. Everyone has two: a phone number (`55…@s.whatsapp.net`) and a LID (`1…@lid`); `:n` names a companion,
 * none names the phone itself.
 */
import { jidDecode, jidEncode } from '@whiskeysockets/baileys'

/** One device of one person; device 0 is the phone. */
export type Address = { lid: string; device: number }

export const lidJid = (lid: string, device = 0): string => jidEncode(lid, 'lid', device)
export const pnJid = (number: string, device = 0): string => jidEncode(number, 's.whatsapp.net', device)
/** The number beside a LID; undefined for somebody who does not show it. */
export const shownPn = ({
  number,
  hidesNumber,
}: {
  number: string
  hidesNumber: boolean
}): string | undefined => (hidesNumber ? undefined : pnJid(number))
export const addressKey = ({ lid, device }: Address): string => `${lid}:${device}`

/** The reverse of `addressKey`. */
export function parseAddress(key: string): Address {
  const [lid = '', device = '0'] = key.split(':')
  return { lid, device: Number(device) }
}

export const isGroup = (jid: string): boolean => jid.endsWith('@g.us')
/** Everybody's status updates. */
export const STATUS = 'status@broadcast'
export const isBroadcast = (jid: string): boolean => jid.endsWith('@broadcast')
export const isChannel = (jid: string): boolean => jid.endsWith('@newsletter')
/** Stanzas from there name who wrote them in `participant`. */
export const isShared = (jid: string): boolean => isGroup(jid) || isBroadcast(jid)

export type ParsedJid = { user: string; device: number; kind: 'pn' | 'lid' | 'other' }

export function parseJid(jid: string): ParsedJid | undefined {
  const decoded = jidDecode(jid)
  if (!decoded?.user) return undefined
  const kind = decoded.server === 'lid' ? 'lid' : decoded.server === 's.whatsapp.net' ? 'pn' : 'other'
  return { user: decoded.user, device: decoded.device ?? 0, kind }
}
