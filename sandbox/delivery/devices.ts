/**
 * When a person links or loses a device, the server tells everyone who has asked for this person's devices, and the
 * person's own companions: clients remember device lists for minutes and would not write to a new device before.
 */
import type { Companion } from '../people/companions.ts'
import type { Store } from '../store.ts'
import { stanzaId } from '../wire/ids.ts'
import { type Address, addressKey, lidJid, parseAddress, pnJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'

export type Watchers = ReturnType<typeof openWatchers>

/** Who knows whose device list. */
export function openWatchers(store: Store) {
  store.define(
    'watchers',
    'CREATE TABLE IF NOT EXISTS watchers (person TEXT, device TEXT, PRIMARY KEY (person, device)) WITHOUT ROWID',
  )
  const known = store.statement<{ n: number }>('SELECT 1 n FROM watchers WHERE person = ? AND device = ?')
  const add = store.statement('INSERT INTO watchers VALUES (?, ?)')
  const of = store.statement<{ device: string }>('SELECT device FROM watchers WHERE person = ?')

  return {
    /** This device has been told the list of this person. */
    add(person: string, device: Address) {
      if (!known.get(person, addressKey(device))) add.run(person, addressKey(device))
    },
    of: (person: string): Address[] => of.all(person).map((row) => parseAddress(row.device)),
  }
}

export function announceDevice(world: World, change: 'add' | 'remove', subject: Companion) {
  const { lid, number, device } = subject
  const person = world.people.withLid(lid)
  const own = person ? world.companions.of(person) : []
  const watching = world.watchers.of(lid).flatMap((each) => world.companions.get(each.lid, each.device) ?? [])
  const jids = [pnJid(number, device), lidJid(lid, device)]
  const devices = jids.map((jid) => node('device', { jid, 'key-index': String(device) }))
  for (const companion of new Set([...own, ...watching])) {
    if (companion === subject) continue
    const attrs = { from: pnJid(number), type: 'devices', id: stanzaId(), t: seconds() }
    deliver(world, companion, node('notification', attrs, [node(change, {}, devices)]))
  }
}
