/** Somebody reads a message: the companion that sent it is told, after the report of its delivery. */
import type { Person } from '../people/people.ts'
import type { World } from '../world.ts'
import { receipt } from './at-phone.ts'
import { deliver, hurryReceipts } from './deliver.ts'

/** Throws MESSAGE_NOT_FOUND. */
export function markRead(world: World, reader: Person, id: string) {
  const route = world.inbox.read(reader.lid, id)
  const writer = route && world.companions.get(route.device.lid, route.device.device)
  if (!route || !writer) return
  const report = receipt(reader, route.chat, id, 'read')
  hurryReceipts(world, writer, id, report.attrs.participant)
  deliver(world, writer, report)
}
