/**
 * Brings stanzas to companions: stored first, then sent if the companion listens, later if it does not. Knows the
 * faults that concern delivery (`hold-receipts`, `duplicate`) and the receipts whose time has not come yet.
 */
import type { Companion } from '../people/companions.ts'
import type { Connection } from '../wire/connection.ts'
import { type Address, parseAddress } from '../wire/jids.ts'
import { type BinaryNode, node, SERVER } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import { type Origin, type Owed, stanzaOf } from './queue.ts'
import { spoiled } from './spoil.ts'

/** Stanzas that wait for their time or for the end of a fault, by their place in the queue. */
export type Parked = { timers: Map<number, NodeJS.Timeout>; held: Set<number> }
export const nothingParked = (): Parked => ({ timers: new Map(), held: new Set() })

export function deliver(
  world: World,
  to: Companion,
  stanza: BinaryNode,
  options: { due?: number; origin?: Origin } = {},
) {
  push(world, to, world.queue.add(to, stanza, options))
}

/** Sends everything that is owed, as the server does when a client says that it is ready; from then on it listens. */
export function deliverBacklog(world: World, connection: Connection, to: Companion) {
  const ready = world.queue.all(to).filter((owed) => !parks(world, to, owed))
  const count = (kind: string) => String(ready.filter((owed) => owed.class === kind).length)
  connection.send(
    node('ib', { from: SERVER }, [
      node('offline_preview', {
        count: String(ready.length),
        message: count('message'),
        receipt: count('receipt'),
        notification: count('notification'),
        appdata: '0',
      }),
    ]),
  )
  for (const [index, stanza] of ready.map(stanzaOf).entries()) {
    stanza.attrs.offline = String(index + 1)
    connection.send(stanza)
    countOut(world, stanza.tag)
  }
  connection.send(node('ib', { from: SERVER }, [node('offline', { count: String(ready.length) })]))
  connection.active = true
}

/** A person has read a message whose delivery the phone has not reported yet: that report goes out first. */
export function hurryReceipts(world: World, to: Companion, id: string, participant?: string) {
  for (const owed of world.queue.find(to, 'receipt', id)) {
    if (!world.parked.timers.has(owed.seq) || stanzaOf(owed).attrs.participant !== participant) continue
    unpark(world, owed.seq)
    world.queue.hurry(owed.seq)
    push(world, to, { ...owed, due: 0 })
  }
}

/** Sends a message again that the companion could not read; `stanza` takes the place of the former one. */
export function redeliver(world: World, to: Companion, owed: Owed, stanza: BinaryNode) {
  world.queue.replace(owed.seq, stanza)
  const connection = listening(world, to)
  if (!connection) return
  connection.send(stanza)
  countOut(world, owed.class)
}

/** After the end of a fault: what it held back goes out, in order. */
export function releaseHeld(world: World) {
  for (const seq of [...world.parked.held].sort((a, b) => a - b)) {
    const owed = world.queue.get(seq)
    const to = owed && companionOf(world, owed)
    world.parked.held.delete(seq)
    if (owed && to) push(world, to, owed)
  }
}

export function forgetParked(parked: Parked) {
  for (const timer of parked.timers.values()) clearTimeout(timer)
  parked.timers.clear()
  parked.held.clear()
}

function push(world: World, to: Companion, owed: Owed) {
  if (parks(world, to, owed)) return
  const connection = listening(world, to)
  if (!connection) return
  const twice = owed.class === 'message' && world.faults.isActive('duplicate', to.number)
  for (let copy = 0; copy < (twice ? 2 : 1); copy += 1) {
    connection.send(copy > 0 ? owed.stanza : spoiled(world, to, owed))
    countOut(world, owed.class)
  }
}

/** True when the stanza has to wait; it comes back to `push` by itself. */
function parks(world: World, to: Companion, owed: Owed): boolean {
  const { timers, held } = world.parked
  const waitMs = owed.due - Date.now()
  if (waitMs > 0) {
    if (!timers.has(owed.seq)) timers.set(owed.seq, setTimeout(comeBack, waitMs, world, owed.seq).unref())
    return true
  }
  if (owed.class !== 'receipt' || !world.faults.isActive('hold-receipts', to.number)) return false
  held.add(owed.seq)
  return true
}

function comeBack(world: World, seq: number) {
  unpark(world, seq)
  const owed = world.queue.get(seq)
  const to = owed && companionOf(world, owed)
  if (owed && to) push(world, to, { ...owed, due: 0 })
}

function unpark(world: World, seq: number) {
  clearTimeout(world.parked.timers.get(seq))
  world.parked.timers.delete(seq)
}

function listening(world: World, to: Address): Connection | undefined {
  const connection = world.live.of(to)
  return connection?.active ? connection : undefined
}

function companionOf(world: World, owed: Owed): Companion | undefined {
  const { lid, device } = parseAddress(owed.device)
  return world.companions.get(lid, device)
}

function countOut(world: World, kind: string) {
  if (kind === 'message') world.stats.count('messagesOut')
  if (kind === 'receipt') world.stats.count('receiptsOut')
}
