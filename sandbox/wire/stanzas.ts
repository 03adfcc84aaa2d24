/** Where each kind of stanza goes, and what a client is told when it shows up. */
import { takeCall } from '../delivery/calls.ts'
import { sendFromCompanion } from '../delivery/from-companion.ts'
import { takeChatState, takePresence } from '../delivery/presence.ts'
import { takeAck, takeReceipt } from '../delivery/receipts.ts'
import type { Greeted } from '../noise/handshake.ts'
import { login } from '../pairing/login.ts'
import { register } from '../pairing/register.ts'
import { answer } from '../queries/router.ts'
import type { World } from '../world.ts'
import type { Connection } from './connection.ts'
import { refuseLogin } from './goodbyes.ts'
import type { BinaryNode } from './nodes.ts'

/** The client's payload says whether it wants to be linked or is a linked device that comes back. */
export function greet(world: World, connection: Connection, { payload, noiseKey }: Greeted) {
  const { devicePairingData, username, device } = payload
  if (!devicePairingData) return login(world, connection, noiseKey, String(username ?? ''), device ?? 0)
  if (world.faults.isActive('unavailable')) return refuseLogin(connection, 503)
  register(world, connection, noiseKey, devicePairingData)
}

export async function handle(world: World, connection: Connection, stanza: BinaryNode) {
  switch (stanza.tag) {
    case 'iq':
      return answer(world, connection, stanza)
    case 'message':
      return sendFromCompanion(world, connection, stanza)
    case 'receipt':
      return takeReceipt(world, connection, stanza)
    case 'ack':
      return takeAck(world, connection, stanza)
    case 'presence':
      return takePresence(connection, stanza)
    case 'chatstate':
      return takeChatState(world, connection, stanza)
    case 'call':
      return takeCall(world, connection, stanza)
    case 'ib':
      return
    default:
      world.stats.unknownQuery(`<${stanza.tag}>`)
  }
}
