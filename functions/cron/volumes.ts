/** Once an hour: which sessions had far more, or far fewer, messages than they usually have at that time. */
import * as z from 'zod'
import type { Domain } from '#core/domain.ts'
import { iso } from '#core/platform/clock.ts'
import { watchVolume } from '#core/sessions/volume.ts'
import { goRound } from './round.ts'
import { everySession, placeOf } from './sessions.ts'

const HOUR = 3_600_000
/** What was written in an hour may be learned of a little later. */
const LATE = 5 * 60_000
const key = { pk: 'ROUND', sk: 'the hour of volumes' }
const Watched = z.object({ hour: z.iso.datetime() })

/** @returns how many were told of. Sessions that are not to be connected are not looked at. */
export async function watchVolumes(
  deps: Pick<Domain, 'store' | 'retention' | 'newEventId' | 'log'>,
): Promise<number> {
  const { store } = deps
  const at = Math.floor((store.now() - LATE) / HOUR) * HOUR - HOUR
  const watched = await store.get('main', Watched, key)
  if (watched && watched.hour >= iso(at)) return 0
  let told = 0
  const went = await goRound(deps, {
    name: 'volumes',
    after: (place) => everySession(store, place),
    placeOf,
    async attend(session) {
      if (session.wanted && (await watchVolume(deps, session, at))) told++
    },
  })
  if (went.whole) await store.put('main', { ...key, hour: iso(at) })
  return told
}
