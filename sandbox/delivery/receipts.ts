/**
 * Receipts and acknowledgements of companions: they settle what the server owes, are passed on to the companion that
 * wrote the message, and, when they ask for a message again, are answered by the one who wrote it.
 */
import type { Companion } from '../people/companions.ts'
import type { Connection } from '../wire/connection.ts'
import { isGroup, lidJid, parseJid } from '../wire/jids.ts'
import { attr, type BinaryNode, child, childrenOf, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
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
  const writer = writerOf(world, participant ?? to)
  if (type === 'retry') await requestAgain(world, by, writer, receipt)
  else settle(world, by, writer, receipt)
  connection.send(node('ack', { class: 'receipt', id, from: to, participant, type, t: seconds() }))
}

/** An `ack` settles a receipt or notification, or a message that the client will never show. */
export function takeAck(world: World, connection: Connection, ack: BinaryNode): void {
  const by = connection.companion
  if (!by) return
  if (ack.attrs.class !== 'message') return void world.queue.acknowledged(by, ack)
  const id = attr(ack, 'id')
  const wasSentAgain = world.queue.find(by, 'message', id).some((owed) => owed.resends > 0)
  if (ack.attrs.error === UNREADABLE && wasSentAgain) return
  world.queue.receipted(by, id)
}

function settle(world: World, by: Companion, writer: Companion | undefined, receipt: BinaryNode) {
  const { to = '', participant, type } = receipt.attrs
  const more = childrenOf(child(receipt, 'list'), 'item').map((item) => attr(item, 'id'))
  const isTold = type === undefined || type in TOLD
  for (const id of [attr(receipt, 'id'), ...more]) {
    world.queue.receipted(by, id)
    if (!writer || !isTold || writer.lid === by.lid) continue
    const group = isGroup(to)
    const attrs = {
      from: group ? to : lidJid(by.lid, by.device),
      participant: group && participant ? lidJid(by.lid, by.device) : undefined,
      id,
      t: seconds(),
      type: type && TOLD[type],
    }
    deliver(world, writer, node('receipt', attrs))
  }
}

/** Companions are asked themselves; phones answer from what the server still keeps for them. */
async function requestAgain(world: World, by: Companion, writer: Companion | undefined, receipt: BinaryNode) {
  if (!writer) return answerRetry(world, by, receipt)
  const { to = '', id, recipient } = receipt.attrs
  const me = lidJid(by.lid, by.device)
  const attrs = {
    from: isGroup(to) ? to : me,
    participant: isGroup(to) ? me : undefined,
    recipient,
    id,
    t: seconds(),
    type: 'retry',
  }
  deliver(world, writer, node('receipt', attrs, receipt.content))
}

/** The companion behind a jid; phones have none. */
function writerOf(world: World, jid: string | undefined): Companion | undefined {
  const device = parseJid(jid ?? '')?.device
  const person = device ? world.people.withJid(jid ?? '') : undefined
  return person && device ? world.companions.get(person.lid, device) : undefined
}
