/** The messages themselves, as far as people refer to them later: to answer, to vote, to look at the file. */
import { proto } from '@whiskeysockets/baileys'
import { SandboxError } from '../error.ts'
import type { Store } from '../store.ts'

export type Letter = {
  author: string
  message: proto.IMessage
  /** Where it stands, of a group or a status. */
  chat?: string | undefined
}
export type Letters = ReturnType<typeof openLetters>

export function openLetters(store: Store) {
  const table = store.table<{ author: string; message: Buffer; chat?: string }>('letters')
  return {
    /** @param author the LID */
    keep(id: string, author: string, message: proto.IMessage, chat?: string): void {
      const bytes = Buffer.from(proto.Message.encode(message).finish())
      table.put(id, { author, message: bytes, ...(chat ? { chat } : {}) })
    },

    find(id: string): Letter | undefined {
      const kept = table.get(id)
      return kept && { ...kept, message: proto.Message.decode(kept.message) }
    },

    /** Throws MESSAGE_NOT_FOUND. */
    expect(id: string): Letter {
      const letter = this.find(id)
      if (!letter) throw new SandboxError('MESSAGE_NOT_FOUND', `Nobody has sent a message ${id}.`)
      return letter
    },
  }
}
