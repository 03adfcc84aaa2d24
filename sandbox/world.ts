/**
 * Everything that one sandbox consists of, handed to each function that needs a part of it. There is no global
 * state: several sandboxes live side by side in one process.
 */
import type { Channels } from './channels/channels.ts'
import type { Faults } from './control/faults.ts'
import type { Calls } from './delivery/calls.ts'
import type { Parked } from './delivery/deliver.ts'
import type { Watchers } from './delivery/devices.ts'
import type { Queue } from './delivery/queue.ts'
import type { Sightings } from './delivery/sightings.ts'
import type { Standings } from './delivery/standing.ts'
import type { Groups } from './groups/groups.ts'
import type { Cdn } from './media/cdn.ts'
import type { Certificates } from './noise/certificates.ts'
import type { Options } from './options.ts'
import type { Hellos } from './pairing/code.ts'
import type { Registrations } from './pairing/registrations.ts'
import type { AppStates } from './people/appstate.ts'
import type { Companions } from './people/companions.ts'
import type { Inbox } from './people/inbox.ts'
import type { Letters } from './people/letters.ts'
import type { Past } from './people/past.ts'
import type { People } from './people/people.ts'
import type { PreKeyPool } from './people/prekeys.ts'
import type { Unreadable } from './people/unreadable.ts'
import type { keyedLock } from './signal/lock.ts'
import type { Phones } from './signal/phone.ts'
import type { Stats } from './stats.ts'
import type { Store, Table } from './store.ts'
import type { Live } from './wire/live.ts'

export type World = {
  options: Options
  store: Store
  certificates: Certificates
  people: People
  companions: Companions
  watchers: Watchers
  preKeys: PreKeyPool
  phones: Phones
  groups: Groups
  channels: Channels
  appStates: AppStates
  /** One change of a person's app state at a time, by LID. */
  syncing: ReturnType<typeof keyedLock>
  inbox: Inbox
  letters: Letters
  cdn: Cdn
  /** The names of profile pictures at the media server, by LID or group. */
  pictures: Table<string>
  /** What phones remember from before, by LID. */
  pasts: Table<Past>
  /** Where the HTTP server is reached. */
  origin(): string
  unreadable: Unreadable
  queue: Queue
  parked: Parked
  calls: Calls
  live: Live
  registrations: Registrations
  hellos: Hellos
  faults: Faults
  standings: Standings
  sightings: Sightings
  stats: Stats
}

/** WhatsApp's time attributes are seconds. */
export const seconds = (ms = Date.now()): string => Math.floor(ms / 1000).toString()
