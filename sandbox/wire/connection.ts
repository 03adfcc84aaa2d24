/**
 * One client's WebSocket: handshake first, then stanzas, handled strictly in the order of their arrival. What is sent
 * leaves in the order of the calls and not before the state behind it is committed.
 */
import { encodeBinaryNode } from '@whiskeysockets/baileys'
import { WebSocket } from 'ws'
import { frame, frameReader } from '../noise/framing.ts'
import { type Greeted, handshake, type Transport } from '../noise/handshake.ts'
import type { Registration } from '../pairing/registrations.ts'
import type { Companion } from '../people/companions.ts'
import type { World } from '../world.ts'
import { decodeStanza } from './binary.ts'
import type { BinaryNode } from './nodes.ts'

export type Connection = {
  /** Set while an unpaired client shows QR codes. */
  registration?: Registration
  /** Set once a linked device has logged in. */
  companion?: Companion
  /** True once the client asked for its messages. */
  active: boolean
  /** What it has said of being there; nothing at first. */
  isOnline?: boolean
  isOpen(): boolean
  /** Takes a stanza, or one that is encoded already. */
  send(stanza: BinaryNode | Uint8Array): void
  /** Ends the connection after what was sent has had time to arrive; nothing more is heard from the client. */
  close(): void
  /** Cuts the connection as a lost network does. */
  cut(): void
  /** Sends what a stall held back. */
  resume(): void
}

export type Handlers = {
  greeted(connection: Connection, greeted: Greeted): void
  stanza(connection: Connection, stanza: BinaryNode): Promise<void>
}

const LAST_WORDS_MS = 50

export function connect(world: World, socket: WebSocket, handlers: Handlers): Connection {
  const readFrames = frameReader()
  const shake = handshake(world.certificates)
  const held: Uint8Array[] = []
  let stage: 'hello' | 'finish' | 'open' = 'hello'
  let transport: Transport | undefined
  let tail: Promise<void> = Promise.resolve()
  let isOver = false

  const isOpen = () => socket.readyState === WebSocket.OPEN
  const isStalled = () => world.faults.isActive('stall', connection.companion?.number)
  const write = (encoded: Uint8Array) => {
    if (isOpen() && transport) socket.send(frame(transport.encrypt(encoded)))
  }

  const connection: Connection = {
    active: false,
    isOpen,
    send(stanza) {
      const encoded = stanza instanceof Uint8Array ? stanza : encodeBinaryNode(stanza)
      world.store.effect(() => void (isStalled() ? held.push(encoded) : write(encoded)))
    },
    close() {
      isOver = true
      world.store.effect(() => void setTimeout(() => socket.close(), LAST_WORDS_MS))
    },
    cut() {
      isOver = true
      socket.terminate()
    },
    resume: () => held.splice(0).forEach(write),
  }

  const receive = async (bytes: Buffer) => {
    for (const payload of readFrames(bytes)) {
      if (isStalled()) {
        await world.faults.ended('stall', () => connection.companion?.number)
        if (!isOpen()) return
      }
      if (isOver) return
      if (stage === 'hello') {
        socket.send(frame(shake.hello(payload)))
        stage = 'finish'
      } else if (transport) {
        await handlers.stanza(connection, decodeStanza(transport.decrypt(payload)))
      } else {
        const greeted = shake.finish(payload)
        transport = greeted.transport
        stage = 'open'
        handlers.greeted(connection, greeted)
      }
    }
  }

  socket.on('message', (bytes: Buffer) => {
    tail = tail
      .then(() => receive(bytes))
      .catch((error: unknown) => {
        world.stats.problem('connection', error)
        connection.cut()
      })
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') world.stats.problem('socket', error)
  })
  socket.on('close', () => {
    connection.active = false
    world.live.closed(connection)
    world.registrations.closed(connection)
  })
  world.live.opened(connection)
  return connection
}
