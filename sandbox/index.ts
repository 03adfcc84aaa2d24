/**
 * A WhatsApp Web server on this machine, with simulated people behind it: unmodified Baileys clients link to it,
 * write and read. `await using box = await sandbox()` starts one on a free port; README.md shows how to use it.
 */

import { openChannels } from './channels/channels.ts'
import { controlApp } from './control/app.ts'
import { type Control, controlOf } from './control/control.ts'
import { scheduleFaults } from './control/faults.ts'
import { forgetParked, nothingParked, releaseHeld } from './delivery/deliver.ts'
import { openWatchers } from './delivery/devices.ts'
import { openQueue } from './delivery/queue.ts'
import { openSightings } from './delivery/sightings.ts'
import { noStandings, tellStandings } from './delivery/standing.ts'
import { openGroups } from './groups/groups.ts'
import { openCdn } from './media/cdn.ts'
import { loadCertificates } from './noise/certificates.ts'
import { Options, type SandboxOptions } from './options.ts'
import { openRegistrations } from './pairing/registrations.ts'
import { openAppStates } from './people/appstate.ts'
import { openCompanions } from './people/companions.ts'
import { openInbox } from './people/inbox.ts'
import { openLetters } from './people/letters.ts'
import { openPasts } from './people/past.ts'
import { openPeople } from './people/people.ts'
import { openPreKeyPool } from './people/prekeys.ts'
import { openUnreadable } from './people/unreadable.ts'
import { CHAT_PATH, listen } from './server.ts'
import { keyedLock } from './signal/lock.ts'
import { openPhones } from './signal/phone.ts'
import { countStats } from './stats.ts'
import { openStore } from './store.ts'
import { liveConnections } from './wire/live.ts'
import type { World } from './world.ts'

export type { Control, GroupView, InboxView } from './control/control.ts'
export { SandboxError } from './error.ts'
export type { SandboxOptions } from './options.ts'
export type { InboxEntry, InboxPage } from './people/inbox.ts'

export type Sandbox = AsyncDisposable & {
  /** Origin of the control API. */
  url: string
  /** What a client takes for WhatsApp: Baileys' `waWebSocketUrl`. */
  wsUrl: string
  /** The public key that a client has to trust, hex: Baileys' `WA_CERT_DETAILS.PUBLIC_KEY`. */
  rootKey: string
  /** The control API without HTTP. */
  control: Control
  close(): Promise<void>
}

/** Starts a sandbox. Everything is forgotten at the end unless `dataDir` is given. */
export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = createWorld(Options.parse(options), () => addresses.url)
  const control = controlOf(world)
  const addresses = {
    url: '',
    wsUrl: '',
    rootKey: Buffer.from(world.certificates.root.public).toString('hex'),
  }
  const server = await listen(
    world,
    controlApp(control, () => addresses),
  ).catch((error: unknown) => {
    world.store.close()
    throw error
  })
  addresses.url = `http://${world.options.host}:${server.port}`
  addresses.wsUrl = `ws://${world.options.host}:${server.port}${CHAT_PATH}`

  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= server.close().then(() => {
      world.faults.reset()
      forgetParked(world.parked)
      world.store.close()
      world.cdn.close()
    })
    return closing
  }
  return { ...addresses, control, close, [Symbol.asyncDispose]: close }
}

function createWorld(options: Options, origin: () => string): World {
  const store = openStore(options.dataDir)
  const people = openPeople(store)
  const stats = countStats()
  const world: World = {
    options,
    store,
    certificates: loadCertificates(store, Date.now()),
    people,
    companions: openCompanions(store),
    watchers: openWatchers(store),
    preKeys: openPreKeyPool(store),
    phones: openPhones(store, people),
    groups: openGroups(store),
    channels: openChannels(store),
    appStates: openAppStates(store, stats.problem),
    syncing: keyedLock(),
    inbox: openInbox(store),
    letters: openLetters(store),
    cdn: openCdn(options.dataDir),
    pictures: store.table<string>('pictures'),
    pasts: openPasts(store),
    origin,
    unreadable: openUnreadable(store),
    queue: openQueue(store),
    parked: nothingParked(),
    calls: new Map(),
    live: liveConnections(),
    registrations: openRegistrations(),
    hellos: new Map(),
    faults: scheduleFaults(),
    standings: noStandings(),
    sightings: openSightings(store),
    stats,
  }
  world.faults.onEnd(() => {
    for (const connection of world.live.all())
      if (!world.faults.isActive('stall', connection.companion?.number)) connection.resume()
    releaseHeld(world)
    tellStandings(world)
  })
  return world
}
