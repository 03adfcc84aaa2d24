/**
 * Decides when and in which order stanzas of our real Baileys sockets reach their handlers, as a network or a server
 * might: the hook is the one place through which Baileys announces each of them.
 */
import type { BinaryNode } from '@whiskeysockets/baileys'
import { WebSocketClient } from '@whiskeysockets/baileys/lib/Socket/Client/websocket.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

export type Held = Disposable & {
  ids(): string[]
  /** Lets these through, in this order; everything that is held when no ids are given. */
  release(...ids: string[]): void
}

/** Holds back incoming messages for which `match` is true, until they are released or the test ends. */
export const holdMessages = (match: (node: BinaryNode) => boolean): Held => holdStanzas('message', match)

export function holdStanzas(tag: 'message' | 'receipt', match: (node: BinaryNode) => boolean): Held {
  const original = WebSocketClient.prototype.emit as Emit
  const held: { id: string; announce: () => void }[] = []
  WebSocketClient.prototype.emit = function (
    this: WebSocketClient,
    event: string | symbol,
    ...args: unknown[]
  ) {
    const node = args[0] as BinaryNode
    if (event !== `CB:${tag}` || !match(node)) return original.call(this, event, ...args)
    held.push({ id: node.attrs.id ?? '', announce: () => original.call(this, event, ...args) })
    return true
  } as typeof WebSocketClient.prototype.emit
  const release = (...ids: string[]) => {
    const wanted = ids.length > 0 ? ids : held.map(({ id }) => id)
    for (const id of wanted) {
      const at = held.findIndex((each) => each.id === id)
      if (at === -1) throw new Error(`${id} is not held`)
      held.splice(at, 1)[0]?.announce()
    }
  }
  return {
    ids: () => held.map(({ id }) => id),
    release,
    [Symbol.dispose]() {
      WebSocketClient.prototype.emit = original as typeof WebSocketClient.prototype.emit
    },
  }
}

/** Whatever comes to any of our sockets is broken as long as this holds: its stanza, or whoever hears of it. */
export function spoiled(how: 'stanza' | 'listener') {
  const original = WebSocketClient.prototype.emit as Emit
  let count = 0
  WebSocketClient.prototype.emit = function (
    this: WebSocketClient,
    event: string | symbol,
    ...args: unknown[]
  ) {
    if (how === 'stanza' && event === 'message') {
      count++
      const bytes = Buffer.from(args[0] as Uint8Array)
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
      return original.call(this, event, bytes)
    }
    if (how === 'listener' && event === 'CB:message') {
      count++
      throw new TypeError('nobody thought of that')
    }
    return original.call(this, event, ...args)
  } as typeof WebSocketClient.prototype.emit
  return {
    get count() {
      return count
    },
    [Symbol.dispose]() {
      WebSocketClient.prototype.emit = original as typeof WebSocketClient.prototype.emit
    },
  }
}
