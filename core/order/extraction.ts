/** What one message says about an order, as the rules and the model both report it. */
import * as z from 'zod'
import { amount, MOST, price, text } from './order.ts'

export const Change = z.object({
  action: z.enum(['set', 'add', 'remove']),
  name: text(200),
  quantity: z.number().nonnegative().max(MOST.quantity),
  unit: text(40).optional(),
  unit_price: price.optional(),
})
export type Change = z.infer<typeof Change>

/** What one message says. An empty one says nothing about an order. */
export const Extraction = z.object({
  changes: z.array(Change).max(100),
  customer_name: text(200).optional(),
  delivery_address: text(500).optional(),
  total_amount: amount.optional(),
  currency: text(10).optional(),
})
export type Extraction = z.infer<typeof Extraction>
