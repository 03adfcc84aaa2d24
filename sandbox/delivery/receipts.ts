/**
 * Receipts and acknowledgements of companions: they settle what the server owes, are passed on to the companion that
 * wrote the message, and, when they ask for a message again, are answered by the one who wrote it.
 */
import type { Companion } from '../people/companions.ts'
import type { Connection } from '../wire/connection.ts'
import { isChannel, isShared, lidJid, parseJid } from '../wire/jids.ts'
import { attr, type BinaryNode, child, childrenOf, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import { answerMediaRetry } from './media-retry.ts'
import { answerRetry } from './retry.ts'

/** Types that concern the writer; `inactive` is a delivery reported by a client nobody looks at. */
const TOLD: Record<string, string | undefined> = { inactive: undefined, read: 'read', played: 'played' }
/** A client's error code for "cannot be read"; it follows a request to send again. */
const UNREADABLE = '500'

export async function takeReceipt(world: World, connection: Connection, receipt: BinaryNode) {
  const by = connection.companion
  if (!by) return
  const { id, to, participant, type } = receipt.attrs
  world.stats.count('receiptsIn')
  if (type === 'server-error') await answerMediaRetry(world, by, receipt)
  else if (type === 'retry') await requestAgain(world, by, participant ?? to, receipt)
  else settle(world, by, receipt)
  connection.send(node('ack', { class: 'receipt', id, from: to, participant, type, t: seconds() }))
}

/** An `ack` settles a receipt or notification, or a message that the client will never show. */
export function takeAck(world: World, connection: Connection, ack: BinaryNode): void {
  const by = connection.companion
  if (!by) return
  if (ack.attrs.class !== 'message') return void world.queue.acknowledged(by, ack)
  const id = attr(ack, 'id')
  const owed = world.queue.find(by, 'message', id)
  const resent = owed.find(({ resends }) => resends > 0)
  if (isChannel(ack.attrs.to ?? '')) for (const { seq } of owed.slice(0, 1)) world.queue.settled(seq)
  else if (ack.attrs.error === UNREADABLE && resent) world.queue.excuse(resent.seq)
  else world.queue.receipted(by, id)
}

/** Whoever wrote on a phone sees it there. */
function noteReached(world: World, { lid }: Companion, id: string, type: string | undefined) {
  const reader = world.people.withLid(lid)
  const status = type === 'read' || type === 'played' ? type : 'delivered'
  if (reader && (type === undefined || type in TOLD)) world.sightings.reached(id, reader, status)
}

function settle(world: World, by: Companion, receipt: BinaryNode) {
  const { to = '', participant, type } = receipt.attrs
  const more = childrenOf(child(receipt, 'list'), 'item').map((item) => attr(item, 'id'))
  const readers = type === undefined || type in TOLD ? writersOf(world, participant ?? to) : []
  const me = lidJid(by.lid, by.device)
  for (const id of [attr(receipt, 'id'), ...more]) {
    world.queue.receipted(by, id)
    noteReached(world, by, id, type)
    for (const writer of readers) {
      if (writer.lid === by.lid) continue
      const who = isShared(to) ? { from: to, participant: me } : { from: me }
      deliver(world, writer, node('receipt', { ...who, id, t: seconds(), type: type && TOLD[type] }))
    }
  }
}

/** Companions are asked themselves; phones answer from what the server still keeps for them. */
async function requestAgain(world: World, by: Companion, writerJid: string | undefined, receipt: BinaryNode) {
  const [writer] = parseJid(writerJid ?? '')?.device ? writersOf(world, writerJid) : []
  if (!writer) return answerRetry(world, by, receipt)
  const { to = '', id, recipient } = receipt.attrs
  const me = lidJid(by.lid, by.device)
  const who = isShared(to) ? { from: to, participant: me } : { from: me }
  deliver(
    world,
    writer,
    node('receipt', { ...who, recipient, id, t: seconds(), type: 'retry' }, receipt.content),
  )
}

/** The companion that a jid names; for a person without a device number, all companions, which share what they know. */
function writersOf(world: World, jid = ''): Companion[] {
  const person = world.people.withJid(jid)
  const device = parseJid(jid)?.device ?? 0
  if (!person) return []
  return world.companions.of(person).filter((companion) => device === 0 || companion.device === device)
}
