/** Contact cards as phones exchange them: vCard 3.0 (RFC 2426) with WhatsApp's `waid`, by which a tap opens the chat. */
import type { ContactCard } from './contract/content.ts'

export type Person = { name: string; phoneNumber: string; organization?: string | undefined }

/** @param person whose number is E.164 with a plus */
export function cardOf({ name, phoneNumber, organization }: Person): ContactCard {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${escaped(name)};;;`,
    `FN:${escaped(name)}`,
    ...(organization ? [`ORG:${escaped(organization)};`] : []),
    `TEL;type=CELL;type=VOICE;waid=${phoneNumber.slice(1)}:${phoneNumber}`,
    'END:VCARD',
  ]
  return { name, phoneNumber, ...(organization ? { organization } : {}), vcard: lines.join('\n') }
}

/** The name in a card that somebody else has written; undefined when it is none. */
export function nameIn(vcard: string): string | undefined {
  if (!/^BEGIN:VCARD[\s\S]*END:VCARD\s*$/i.test(vcard)) return
  const [, name] = /^FN[^:\r\n]*:([^\r\n]+)$/im.exec(vcard) ?? []
  return name?.trim()
}

const escaped = (text: string): string => text.replace(/[\\,;]/g, '\\$&').replace(/\r?\n/g, '\\n')
