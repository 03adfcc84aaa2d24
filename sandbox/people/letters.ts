/** The messages themselves, as far as people refer to them later: to answer, to vote, to look at the file. */
import { proto } from '@whiskeysockets/baileys'
import { SandboxError } from '../error.ts'
import type { Store } from '../store.ts'

export type Letter = { author: string; message: proto.IMessage }
export type Letters = ReturnType<typeof openLetters>

export function openLetters(store: Store) {
  const table = store.table<{ author: string; message: Buffer }>('letters')
  return {
    /** @param author the LID */
    keep(id: string, author: string, message: proto.IMessage): void {
      table.put(id, { author, message: Buffer.from(proto.Message.encode(message).finish()) })
    },

    find(id: string): Letter | undefined {
      const kept = table.get(id)
      return kept && { author: kept.author, message: proto.Message.decode(kept.message) }
    },

    /** Throws MESSAGE_NOT_FOUND. */
    expect(id: string): Letter {
      const letter = this.find(id)
      if (!letter) throw new SandboxError('MESSAGE_NOT_FOUND', `Nobody has sent a message ${id}.`)
      return letter
    },
  }
}
