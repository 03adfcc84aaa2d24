/** What messages of a linked session come to: themselves, the order that the rules find in them, the replies. */
import { NOTHING, type OrderDetails } from '../order/order.ts'
import { readOrder } from '../order/rules.ts'
import { ttl } from '../platform/clock.ts'
import { conclude, readsOrdersOn } from './conclude.ts'
import type { Desk } from './desk.ts'
import type { Heard } from './heard.ts'
import { activeAt, type Entry, type Known } from './plan.ts'
import { CARED_FOR_AFTER } from './receive.ts'
import type { NewSeen } from './seen.ts'
import type { ConversationSettings } from './settings.ts'

/** @param slowly a model reads the orders later */
export function understand(
  desk: Desk,
  taken: Heard[],
  known: Known,
  settings: ConversationSettings,
  slowly: boolean,
): Entry {
  const [first] = taken
  const last = taken.at(-1)
  if (!first || !last) throw new Error('nothing to understand')
  const now = desk.store.now()
  const current = activeAt(known, first.at)
  let order: OrderDetails | null = current?.orderDetails ?? null
  let changed: OrderDetails | undefined

  const seenOf = ({ key, line, message }: Heard): NewSeen => {
    const seen = {
      key,
      messageId: message.id,
      answer: null,
      expiresAt: ttl(now, 2 * desk.retention.eventSeconds),
    }
    if (message.direction === 'outbound') return seen
    const reads = readsOrdersOn(settings, line.channel) && message.content.trim() !== ''
    if (reads && slowly) return { ...seen, dueAt: now + CARED_FOR_AFTER }
    const extraction = reads ? readOrder(message.content) : NOTHING
    const about = { orderDetails: order, ...(current?.name ? { name: current.name } : {}) }
    const { orderDetails, reply } = conclude(extraction, about, settings, line)
    order = orderDetails ?? order
    changed = orderDetails ?? changed
    return { ...seen, answer: reply }
  }

  const seen = taken.map(seenOf)
  return {
    messages: taken.map(({ message }) => message),
    from: first.at,
    at: last.at,
    name: taken.findLast(({ line }) => line.person.name)?.line.person.name,
    lid: taken.findLast(({ line }) => line.person.lid)?.line.person.lid,
    orderDetails: changed,
    seen,
  }
}
