/**
 * Somebody reads a message: the companion that sent it is told, after the report of its delivery, and so are the reader's
 * own companions.
 */
import type { Person } from '../people/people.ts'
import { isShared, lidJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { receipt } from './at-phone.ts'
import { deliver, hurryReceipts } from './deliver.ts'

/** Throws MESSAGE_NOT_FOUND. */
export function markRead(world: World, reader: Person, id: string) {
  const { from, to, route } = world.inbox.read(reader.lid, id)
  tellOwn(world, reader, isShared(to) ? to : lidJid(world.people.expect(from.replace('+', '')).lid), id)
  const writer = route && world.companions.get(route.device.lid, route.device.device)
  if (!route || !writer) return
  const report = receipt(reader, route.chat, id, 'read')
  hurryReceipts(world, writer, id, report.attrs.participant)
  deliver(world, writer, report)
}

function tellOwn(world: World, reader: Person, chat: string, id: string) {
  const me = lidJid(reader.lid)
  const where = isShared(chat) ? { from: chat, participant: me } : { from: me, recipient: chat }
  for (const companion of world.companions.of(reader))
    deliver(world, companion, node('receipt', { ...where, id, t: seconds(), type: 'read-self' }))
}
