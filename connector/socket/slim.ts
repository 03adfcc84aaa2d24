/**
 * Memory that hundreds of idle sockets would take for nothing.
 */
import type { WASocket } from '@whiskeysockets/baileys'

/**
 * Every key pair that lives as long as its socket keeps alive the piece of Node's buffer pool that it lies in. Since
 * Node 24 such a piece has 64 KB, and a login uses up about one; with 8 KB, as before, that is 50 KB less per socket.
 */
export function slimPool(): void {
  Buffer.poolSize = 8192
}

/**
 * Baileys keeps the last 512 messages with a timer each, although the outbox and the log answer a phone that asks again,
 * and room for 1024 base keys: 55 KB per idle socket.
 */
export function slim({ messageRetryManager }: WASocket): void {
  if (!messageRetryManager) return
  Object.assign(messageRetryManager, {
    recentMessagesMap: new Map(),
    baseKeys: new Map(),
    addRecentMessage: () => {},
    getRecentMessage: () => undefined,
  })
}
