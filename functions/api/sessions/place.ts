/** The place of a session in the list of its account, as a cursor: it stays right when others come and go. */
import { Fault } from '#core/platform/fault.ts'
import type { Session } from '#core/session.ts'

export type Place = { createdAt: string; id: string }

export const placeOf = ({ createdAt, id }: Session): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url')

/** @throws Fault VALIDATION_ERROR */
export function readPlace(cursor: string): Place {
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof createdAt === 'string' && typeof id === 'string') return { createdAt, id }
  } catch {
    // Falls through: what cannot be read is not ours either.
  }
  throw new Fault('VALIDATION_ERROR', 'The cursor is not one that this API handed out.')
}

export const isAfter = (session: Session, place: Place): boolean =>
  session.createdAt > place.createdAt || (session.createdAt === place.createdAt && session.id > place.id)
