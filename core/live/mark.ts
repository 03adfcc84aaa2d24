/** The mark at a session that says until when somebody may be listening: see listening.ts. */
import type { Session } from '../session.ts'

export const isListenedTo = ({ listening }: Pick<Session, 'listening'>, now: number): boolean =>
  listening !== undefined && Date.parse(listening.until) > now

/** Of two readings of a session the later says whether anybody listens. */
export const laterMark = (one: Session['listening'], other: Session['listening']): Session['listening'] =>
  (one?.at ?? '') >= (other?.at ?? '') ? one : other
