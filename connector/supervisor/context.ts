/** What a conversion knows of one session, as it is known by then. */
import { iso } from '#core/platform/clock.ts'
import type { Context } from '../convert/index.ts'
import { isFetchedAtOnce } from '../media/automatic.ts'
import type { Device } from '../socket/index.ts'
import type { SessionParts } from './parts.ts'

export type ContextParts = Pick<SessionParts, 'about' | 'session' | 'keys' | 'downloads' | 'now'> & {
  device(): Pick<Device, 'me' | 'phoneNumberOf' | 'lidOf'> | undefined
}

export function contexts({ about, session, device, keys, downloads, now }: ContextParts): () => Context {
  const directory = (lid: string) => device()?.phoneNumberOf(lid)
  return () => ({
    session: about,
    me: device()?.me,
    directory,
    lidOf: (phoneNumber) => device()?.lidOf(phoneNumber),
    seal: keys.seal,
    stateOf: (media, of) =>
      isFetchedAtOnce(session().settings.autoDownload, media, of) ? downloads.stateOf(media) : 'skipped',
    isKept: session().settings.store,
    now: iso(now()),
  })
}
