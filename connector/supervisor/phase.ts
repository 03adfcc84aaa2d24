/**
 * The life of a session in a connector, as a table: what each phase is shown as, and which phases may follow. A move
 * that is not in the table is a defect and says so.
 */
import type { Status } from '#core/session.ts'

const TABLE = {
  /** Nothing is held, and nobody wants it otherwise. */
  idle: { status: 'inactive', next: ['starting', 'halted'] },
  /** A connection is being opened, or waits for its turn to be. */
  starting: { status: 'connecting', next: ['pairing', 'confirming', 'open', 'waiting', 'halted', 'idle'] },
  /** A QR is shown. */
  pairing: { status: 'qr_generated', next: ['confirming', 'open', 'starting', 'waiting', 'halted', 'idle'] },
  /** A phone has scanned it; WhatsApp asks for a new connection. */
  confirming: { status: 'connecting', next: ['open', 'starting', 'waiting', 'halted', 'idle'] },
  open: { status: 'connected', next: ['starting', 'waiting', 'halted', 'idle'] },
  /** A pause before the next attempt. */
  waiting: { status: 'connecting', next: ['starting', 'halted', 'idle'] },
  /** Nothing is tried until a person asks for it. */
  halted: { status: 'disconnected', next: ['starting', 'idle'] },
  /** Another connector, or nobody, acts for the session. */
  gone: { status: 'disconnected', next: [] },
} as const satisfies Record<string, { status: Status; next: readonly string[] }>

export type Phase = keyof typeof TABLE

export const statusOf = (phase: Phase): Status => TABLE[phase].status

/** Whether a connection exists or is on its way. */
export const isRunning = (phase: Phase): boolean => phase !== 'idle' && phase !== 'halted' && phase !== 'gone'

/** The phase itself may be entered again, and every phase may end in `gone`. */
export const mayFollow = (from: Phase, to: Phase): boolean =>
  from !== 'gone' && (to === from || to === 'gone' || (TABLE[from].next as readonly string[]).includes(to))

/** The supervisor tried a move that the table does not know. */
export class IllegalMove extends Error {
  override readonly name = 'IllegalMove'
}

/** @throws IllegalMove */
export function assertMove(from: Phase, to: Phase): void {
  if (!mayFollow(from, to)) throw new IllegalMove(`a session that is ${from} cannot become ${to}`)
}
