import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Change, Extraction } from './extraction.ts'
import { describe, merge, OrderDetails, saysNothing } from './order.ts'

const set = (name: string, quantity: number, more: Partial<Change> = {}): Change => ({
  action: 'set',
  name,
  quantity,
  ...more,
})
const says = (...changes: Change[]): Extraction => ({ changes })
const items = (...messages: Extraction[]) =>
  messages.reduce<OrderDetails | null>((details, said) => merge(details, said), null)?.items

test('an order grows over several messages', () => {
  expect(items(says(set('Product A', 5)), says(set('Product B', 2)))).toEqual([
    { name: 'Product A', quantity: 5 },
    { name: 'Product B', quantity: 2 },
  ])
})

test('the same item said again replaces its quantity, and more of it adds up', () => {
  const first = says(set('Product A', 5))
  expect(items(first, says(set('product  a', 7)))).toEqual([{ name: 'Product A', quantity: 7 }])
  expect(items(first, says({ ...set('Product A', 3), action: 'add' }))).toEqual([
    { name: 'Product A', quantity: 8 },
  ])
  expect(items(says(set('apples', 1)), says(set('apple', 2)))).toEqual([{ name: 'apples', quantity: 2 }])
})

test('an item is taken out, wholly or in part', () => {
  const first = says(set('apples', 5), set('pears', 1))
  const remove = (name: string, quantity: number) => says({ action: 'remove', name, quantity })
  expect(items(first, remove('apples', 0))).toEqual([{ name: 'pears', quantity: 1 }])
  expect(items(first, remove('apples', 2))).toMatchObject([
    { name: 'apples', quantity: 3 },
    { name: 'pears' },
  ])
  expect(items(first, remove('apples', 9))).toEqual([{ name: 'pears', quantity: 1 }])
  expect(items(first, remove('plums', 0))).toHaveLength(2)
  expect(items(first, says(set('pears', 0)))).toEqual([{ name: 'apples', quantity: 5 }])
})

test('units tell items apart', () => {
  expect(items(says(set('milk', 2, { unit: 'box' })), says(set('milk', 1, { unit: 'l' })))).toHaveLength(2)
  expect(items(says(set('milk', 2, { unit: 'box' })), says(set('milk', 3)))).toEqual([
    { name: 'milk', quantity: 3, unit: 'box' },
  ])
})

test('a total is computed from prices, kept as stated, and dropped when the items change', () => {
  expect(
    merge(null, says(set('tea', 3, { unit_price: 0.1 }), set('cup', 1, { unit_price: 2 }))).total_amount,
  ).toBe(2.3)
  const stated = OrderDetails.parse({ items: [{ name: 'tea', quantity: 1 }], total_amount: 129.95 })
  expect(merge(stated, { changes: [], customer_name: 'John' })).toEqual({ ...stated, customer_name: 'John' })
  expect(merge(stated, says(set('cup', 1)))).not.toHaveProperty('total_amount')
})

test('what others stored beside the order stays', () => {
  const stored = OrderDetails.parse({
    customer_name: 'John Doe',
    items: [{ name: 'tea', quantity: 1, sku: 7 }],
    erp: { id: 1 },
  })
  expect(merge(stored, says(set('tea', 2)))).toEqual({
    customer_name: 'John Doe',
    items: [{ name: 'tea', quantity: 2, sku: 7 }],
    erp: { id: 1 },
  })
})

test('reads out', () => {
  expect(
    describe([
      { name: 'Product A', quantity: 5 },
      { name: 'sugar', quantity: 2, unit: 'kg' },
      { name: 'pen', quantity: 1 },
    ]),
  ).toBe('5 units of Product A, 2 kg of sugar, 1 unit of pen')
})

test('tells whether anything was said', () => {
  expect(saysNothing({ changes: [] })).toBe(true)
  expect(saysNothing({ changes: [], customer_name: 'John' })).toBe(false)
})

test('what is left of an item that rounds to nothing is nothing', () => {
  const before = merge(null, { changes: [{ action: 'set', name: 'tea', quantity: 1_000_000 }] })
  const after = merge(before, { changes: [{ action: 'remove', name: 'tea', quantity: 999_999.9995 }] })
  expect(after?.items).toEqual([])
})

test('whatever messages say, the order can be stored and read again', () => {
  const name = fc.constantFrom('tea', 'teas', 'coffee', 'x'.repeat(200), 'a', 'b', 'c')
  const change = fc.record(
    {
      action: fc.constantFrom('set' as const, 'add' as const, 'remove' as const),
      name: fc.oneof(
        name,
        fc.string({ minLength: 1, maxLength: 50 }).filter((text) => text.trim() !== ''),
      ),
      quantity: fc.oneof(
        fc.double({ min: 0, max: 1_000_000, noNaN: true }),
        fc.constantFrom(0, 1e-300, 1_000_000),
      ),
      unit: fc.constantFrom('kg', 'box'),
      unit_price: fc.double({ min: 0, max: 1_000_000_000, noNaN: true }),
    },
    { requiredKeys: ['action', 'name', 'quantity'] },
  )
  const message = fc.array(change, { maxLength: 100 }).map((changes) => ({ changes }))
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const details = messages.reduce<OrderDetails | null>((before, said) => merge(before, said), null)
      if (details === null) return
      OrderDetails.parse(details)
      expect(Number.isFinite(details.total_amount ?? 0)).toBe(true)
      for (const { quantity } of details.items) expect(quantity).toBeGreaterThanOrEqual(0.001)
    }),
    { numRuns: 200 },
  )
})
