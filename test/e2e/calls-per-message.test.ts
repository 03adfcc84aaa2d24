import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Costs, countCosts } from '../bench/parts/costs.ts'
import { type Metered, openMetered } from '../bench/parts/metered.ts'

/**
 * What a message costs on AWS is a promise: every call of DynamoDB and SQS is counted, of all parts together, from the
 * request until the ledger says `delivered`, and from the phone until the message stands in log and chat.
 */
let metered: Metered
let costs: Costs

beforeAll(async () => {
  metered = await openMetered()
  costs = await countCosts(metered, ['alone', 'busy', 'told alone', 'told busy'], {
    idleMs: 10_000,
    alone: 4,
    load: 200,
  })
}, 600_000)
afterAll(() => metered?.[Symbol.asyncDispose]())

test.each([
  ['sent alone', 'alone', 'out', 12],
  ['received alone', 'alone', 'in', 12],
  ['sent among many', 'busy', 'out', 3],
  ['received among many', 'busy', 'in', 3],
  ['sent alone, with conversations', 'told alone', 'out', 12],
  ['received alone, with conversations', 'told alone', 'in', 12],
  ['sent among many, with conversations', 'told busy', 'out', 3],
  ['received among many, with conversations', 'told busy', 'in', 3],
] as const)('a message %s', (_, kind, way, most) => {
  const { calls, by } = costs.kinds[kind]![way]
  expect(calls, JSON.stringify(by)).toBeLessThanOrEqual(most)
  expect(calls).toBeGreaterThan(0)
})

test('messages sent among many share every call but the one that makes each a record', () => {
  const { 'PutItem messages MESSAGE': records, ...others } = costs.kinds.busy!.out.by
  expect(records).toBe(1)
  for (const [name, perMessage] of Object.entries(others)) expect(perMessage, name).toBeLessThan(1)
})
