/**
 * Chats that a session does not want to hear of, at the source. A message that only has content for its chat is handed
 * back unread: Baileys answers it with an error of ours (500), after which WhatsApp does not bring it again. One that also
 * speaks to this device alone (it brings the key of a group, or comes by a broadcast list) is read as any other, because
 * the ratchet between the two devices goes on in it; whoever is told of rows leaves it out. Receipts are never ignored:
 * by them others ask for messages of ours again.
 */
import type { BinaryNode } from '@whiskeysockets/baileys'
import { childrenOf } from './nodes.ts'

export class Ignoring {
  readonly #ignores: (jid: string) => boolean
  #unread: string | undefined

  constructor(ignores: (jid: string) => boolean = () => false) {
    this.#ignores = ignores
  }

  /** To be called before Baileys hears of the stanza, in the same turn. True when the message stays unread. */
  passes(stanza: BinaryNode): boolean {
    const { from = '' } = stanza.attrs
    this.#unread = undefined
    const isForUs = childrenOf(stanza, 'enc').some(({ attrs }) => attrs.type !== 'skmsg')
    if (isForUs || !this.#ignores(from)) return false
    this.#unread = from
    queueMicrotask(() => {
      this.#unread = undefined
    })
    return true
  }

  /** For `shouldIgnoreJid`, which Baileys asks for every stanza. */
  readonly isIgnored = (jid: string): boolean => jid === this.#unread

  /** Of presence, which is told at once or never. */
  isSilent(chat: string): boolean {
    return this.#ignores(chat)
  }
}
