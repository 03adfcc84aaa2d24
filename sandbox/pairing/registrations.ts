/**
 * The linking attempts that are under way. All codes of one attempt stay valid as long as its connection, also those
 * that the client shows no more; what was once a code is remembered for a while, to tell "expired" from "unknown".
 */
import { LRUCache } from 'lru-cache'
import { SandboxError } from '../error.ts'
import type { Shown, SignedPublicKey } from '../people/companions.ts'
import type { Connection } from '../wire/connection.ts'

/** What an unpaired client has shown of itself. */
export type Registration = {
  refs: string[]
  noiseKey: Buffer
  identity: Buffer
  registrationId: number
  signedPreKey: SignedPublicKey
  shown: Shown
  /** Set from the scan until the client has answered it. */
  offer?: { stanzaId: string; answered(signedIdentity: Buffer): void; failed(reason: SandboxError): void }
}

export type Registrations = ReturnType<typeof openRegistrations>

const CODES_REMEMBERED = 10_000

export function openRegistrations() {
  const waiting = new Map<string, Connection>()
  const over = new LRUCache<string, 'expired' | 'used'>({ max: CODES_REMEMBERED })
  const retire = (connection: Connection, as: 'expired' | 'used') => {
    for (const ref of connection.registration?.refs ?? []) {
      waiting.delete(ref)
      if (!over.has(ref)) over.set(ref, as)
    }
  }

  return {
    waiting(connection: Connection, registration: Registration) {
      connection.registration = registration
      for (const ref of registration.refs) waiting.set(ref, connection)
    },

    /** The client that shows this code. Throws QR_UNKNOWN, QR_EXPIRED or QR_ALREADY_USED. */
    showing(ref: string): { connection: Connection; registration: Registration } {
      const connection = waiting.get(ref)
      if (connection?.registration) return { connection, registration: connection.registration }
      const end = over.get(ref)
      if (end === 'used') throw new SandboxError('QR_ALREADY_USED', 'This code has linked a device already.')
      if (end === 'expired')
        throw new SandboxError('QR_EXPIRED', 'The client that showed this code has gone.')
      throw new SandboxError('QR_UNKNOWN', 'This code was not shown by any client of this sandbox.')
    },

    used: (connection: Connection) => retire(connection, 'used'),

    closed(connection: Connection) {
      retire(connection, 'expired')
      connection.registration?.offer?.failed(
        new SandboxError(
          'PAIRING_REFUSED',
          'The client closed the connection instead of accepting the link.',
        ),
      )
    },
  }
}
