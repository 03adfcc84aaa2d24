/** The ways in which WhatsApp ends a connection, each with the words that Baileys turns into its status code. */
import type { Connection } from './connection.ts'
import { node } from './nodes.ts'

const conflict = (type: string) => [node('conflict', { type })]

const GOODBYES = {
  /** After linking: connect again, now as a device. Status 515. */
  restart: node('stream:error', { code: '515' }),
  /** The same device logged in elsewhere. Status 440; without a code, or Baileys would not see the conflict. */
  replaced: node('stream:error', {}, conflict('replaced')),
  /** The phone removed the device. Status 401; the code has to be there, or Baileys would say 440. */
  unlinked: node('stream:error', { code: '401' }, conflict('device_removed')),
  unavailable: node('stream:error', { code: '503' }),
}

export function sayGoodbye(connection: Connection, how: keyof typeof GOODBYES) {
  connection.active = false
  connection.send(GOODBYES[how])
  connection.close()
}

/** Refuses a login; the reason becomes the client's status code. */
export function refuseLogin(connection: Connection, reason: 401 | 503) {
  connection.send(node('failure', { reason: String(reason), location: 'sandbox' }))
  connection.close()
}
