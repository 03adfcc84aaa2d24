/**
 * What a customer wants to buy, as far as it was understood. One message yields changes; merging them, message after
 * message, yields the order details of a conversation. The names of the fields are those of seed-style clients
 * (snake_case), because order details are shown to them as they are stored.
 */
import * as z from 'zod'
import type { Change, Extraction } from './extraction.ts'

export const text = (most: number) => z.string().trim().min(1).max(most)

/** What any number of messages can come to, so that it can always be stored and read again. */
export const MOST = { items: 200, quantity: 1_000_000, price: 1_000_000_000, amount: 1e15 }
export const price = z.number().nonnegative().max(MOST.price)
export const amount = z.number().nonnegative().max(MOST.amount)

export const Item = z
  .looseObject({
    name: text(200),
    quantity: z.number().positive().max(MOST.quantity),
    unit: text(40).optional().meta({ description: 'kg, box, bottle …; absent for single pieces' }),
    unit_price: price.optional(),
  })
  .meta({ id: 'OrderItem' })
export type Item = z.infer<typeof Item>

/** Further fields are kept: an agent's system may store what it likes beside ours. */
export const OrderDetails = z
  .looseObject({
    customer_name: text(200).optional(),
    items: z.array(Item).max(MOST.items).default([]),
    total_amount: amount.optional(),
    currency: text(10).optional(),
    delivery_address: text(500).optional(),
  })
  .meta({ id: 'OrderDetails' })
export type OrderDetails = z.infer<typeof OrderDetails>

export const NOTHING: Extraction = { changes: [] }

export const saysNothing = ({ changes, ...facts }: Extraction): boolean =>
  changes.length === 0 && Object.values(facts).every((fact) => fact === undefined)

/**
 * The same item said again replaces its quantity, `add` raises it, `remove` takes so many out, or all when it says 0.
 * A total that was stated for other items is dropped, and computed where every item has a price.
 */
export function merge(current: OrderDetails | null, { changes, ...facts }: Extraction): OrderDetails {
  const before = current ?? { items: [] }
  const { total_amount: stated, ...kept } = before
  const items = changes.reduce(apply, before.items)
  const total = facts.total_amount ?? (changes.length === 0 ? stated : sum(items))
  const said = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
  return { ...kept, ...said, items, ...(total === undefined ? {} : { total_amount: total }) }
}

function apply(items: Item[], { action, name, quantity, unit, unit_price }: Change): Item[] {
  const place = items.findIndex((item) => isSame(item, { name, unit }))
  const known = items[place]
  const left = counted(action === 'remove' && quantity > 0 ? (known?.quantity ?? 0) - quantity : 0)
  if (action === 'remove' && known && left > 0) return items.with(place, { ...known, quantity: left })
  const total = counted(action === 'add' ? (known?.quantity ?? 0) + quantity : quantity)
  if (action === 'remove' || total === 0) return items.filter((_, index) => index !== place)
  if (!known && items.length >= MOST.items) return items
  const price = unit_price ?? known?.unit_price
  const next: Item = {
    ...known,
    name: known?.name ?? name,
    quantity: total,
    ...(unit ? { unit } : {}),
    ...(price === undefined ? {} : { unit_price: price }),
  }
  return known ? items.with(place, next) : [...items, next]
}

/** To a thousandth, so that fractions neither pile up nor vanish. */
const counted = (quantity: number): number => Math.min(Math.round(quantity * 1_000) / 1_000, MOST.quantity)

/** A change that names no unit means the item whatever its unit is. */
const isSame = (item: Item, change: { name: string; unit: string | undefined }): boolean =>
  nameKey(item.name) === nameKey(change.name) && (!change.unit || !item.unit || item.unit === change.unit)

const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<=\p{L}{3})s$/u, '')

function sum(items: Item[]): number | undefined {
  if (items.length === 0 || items.some(({ unit_price }) => unit_price === undefined)) return
  const cents = items.reduce((all, item) => all + Math.round(item.quantity * (item.unit_price ?? 0) * 100), 0)
  return Math.min(cents / 100, MOST.amount)
}

/** `5 units of Product A, 2 kg of sugar`, as a person would read it out. */
export const describe = (items: readonly Pick<Item, 'name' | 'quantity' | 'unit'>[]): string =>
  items
    .map(
      ({ name, quantity, unit }) => `${quantity} ${unit ?? (quantity === 1 ? 'unit' : 'units')} of ${name}`,
    )
    .join(', ')
