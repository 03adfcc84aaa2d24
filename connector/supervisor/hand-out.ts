/** A device for another program to go on with. Only of a session at rest: two that step one ratchet break it. */
import type { Outcome } from '#core/contract/request.ts'
import { isPending, type Session } from '#core/session.ts'
import type { SupervisorParts } from './parts.ts'
import { isRunning, type Phase } from './phase.ts'

export async function handOut(
  { phase, session }: { phase: Phase; session: Session },
  { takeOut }: Pick<SupervisorParts, 'takeOut'>,
  epoch: number,
): Promise<Outcome> {
  if (isRunning(phase) || session.wanted || isPending(session)) return { failure: { code: 'not_stopped' } }
  const parcel = await takeOut(session, epoch)
  return parcel ? { answer: { parcel } } : { failure: { code: 'not_linked' } }
}
