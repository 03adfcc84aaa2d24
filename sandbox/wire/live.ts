/** The connections that are open right now: at most one logged-in connection per companion, any number unpaired. */

import type { Connection } from './connection.ts'
import { type Address, addressKey } from './jids.ts'

export type Live = ReturnType<typeof liveConnections>

export function liveConnections() {
  const open = new Set<Connection>()
  const loggedIn = new Map<string, Connection>()

  return {
    opened: (connection: Connection) => open.add(connection),

    closed(connection: Connection) {
      open.delete(connection)
      const { companion } = connection
      if (companion && loggedIn.get(addressKey(companion)) === connection)
        loggedIn.delete(addressKey(companion))
    },

    loggedIn: (address: Address, connection: Connection) => loggedIn.set(addressKey(address), connection),

    /** The connection of this companion, logged in but not necessarily ready for messages. */
    of: (address: Address): Connection | undefined => loggedIn.get(addressKey(address)),

    /** Every connection, or those of one number. */
    all: (number?: string): Connection[] =>
      [...open].filter((connection) => number === undefined || connection.companion?.number === number),
  }
}
