import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../../test/support/database.ts'
import { completion, fakeModel, order } from '../../test/support/twilio-model.ts'
import { tokenBudget } from './budget.ts'
import { extract } from './extractor.ts'
import { type ModelOptions, modelExtractor } from './model.ts'
import { readOrder } from './rules.ts'

const clock = { now: Date.UTC(2026, 0, 1, 12) }
let db: Awaited<ReturnType<typeof database>>
let model: Awaited<ReturnType<typeof fakeModel>>
beforeAll(async () => {
  db = await database({ now: () => clock.now })
  model = await fakeModel()
})
afterAll(async () => {
  await model.close()
  await db.close()
})

const extractor = (over: Partial<ModelOptions> = {}) =>
  modelExtractor({
    apiKey: 'sk-test',
    baseUrl: model.url,
    model: 'test-model',
    timeLimit: 20_000,
    retries: 1,
    budget: tokenBudget(db.store, 1_000_000),
    ...over,
  })
const ask = (text: string, over: Partial<ModelOptions> = {}, accountId = 'acme') =>
  extractor(over)({ accountId, text, current: { items: [{ name: 'tea', quantity: 1 }] } })
const withRules = (text: string, over: Partial<ModelOptions> = {}, accountId = 'acme') =>
  extract({ model: extractor(over), rules: readOrder }, { accountId, text, current: null })

test('asks by JSON schema, with the order so far, and parses the answer', async () => {
  model.answers(() => ({
    body: completion(order({ name: 'Product A', quantity: 5 }, { name: 'milk', quantity: 2, unit: 'l' })),
  }))
  expect(await ask('five of A and two litres of milk')).toEqual({
    changes: [
      { action: 'set', name: 'Product A', quantity: 5 },
      { action: 'set', name: 'milk', quantity: 2, unit: 'l' },
    ],
  })
  expect(model.asked.at(-1)).toEqual({
    authorization: 'Bearer sk-test',
    path: '/v1/chat/completions',
    model: 'test-model',
    format: 'json_schema',
    message: 'five of A and two litres of milk',
    order: [{ name: 'tea', quantity: 1 }],
  })
})

test('an endpoint that does not know JSON schemas is asked for plain JSON, and remembered', async () => {
  model.answers(({ format }) =>
    format === 'json_schema'
      ? { status: 400 }
      : { body: completion(`\`\`\`json\n${JSON.stringify(order({ name: 'tea', quantity: 2 }))}\n\`\`\``) },
  )
  const before = model.asked.length
  const read = extractor()
  const request = { accountId: 'acme', text: 'tea', current: null }
  expect((await read(request)).changes).toEqual([{ action: 'set', name: 'tea', quantity: 2 }])
  await read(request)
  expect(model.asked.slice(before).map(({ format }) => format)).toEqual([
    'json_schema',
    'json_object',
    'json_object',
  ])
})

test.each([
  ['prose', 'I think they want tea.'],
  ['another shape', '{"items":[{"name":"tea"}]}'],
  ['impossible quantities', JSON.stringify(order({ name: 'tea', quantity: -5 }))],
  ['nothing', ''],
])('an answer that is %s is unreadable, and the rules step in', async (_, content) => {
  model.answers(() => ({ body: completion(content) }))
  await expect(ask('x')).rejects.toMatchObject({ name: 'ExtractionFailed', reason: 'unreadable' })
  expect(await withRules('I need 5 units of Product A')).toEqual({
    by: 'rules',
    failure: 'The model answered something that is not an order.',
    extraction: { changes: [{ action: 'set', name: 'Product A', quantity: 5 }] },
  })
})

test('a page of HTML instead of JSON is no answer either', async () => {
  model.answers(() => ({ raw: '<html>gateway</html>' }))
  await expect(ask('x', { retries: 0 })).rejects.toMatchObject({ name: 'ExtractionFailed' })
})

test('a model that is too slow costs its time limit and no more, retries included', async () => {
  model.answers(() => ({ hang: true }))
  const began = performance.now()
  await expect(ask('x', { timeLimit: 1_000, retries: 9 })).rejects.toMatchObject({ reason: 'timeout' })
  expect(performance.now() - began).toBeLessThan(9_000)
})

test('a server error is tried again', async () => {
  const before = model.asked.length
  model.answers((_, call) =>
    call === before + 1 ? { status: 500 } : { body: completion(order({ name: 'tea', quantity: 1 })) },
  )
  expect((await ask('x')).changes).toHaveLength(1)
})

test('a model that is down, or refuses us, says so', async () => {
  await expect(ask('x', { baseUrl: 'http://127.0.0.1:9/v1', retries: 0 })).rejects.toMatchObject({
    reason: 'unavailable',
  })
  model.answers(() => ({ status: 401 }))
  await expect(ask('x')).rejects.toMatchObject({ reason: 'refused' })
})

test('the budget of an account ends with its day', async () => {
  model.answers(() => ({ body: completion(order(), 600) }))
  const budget = tokenBudget(db.store, 1_000)
  const before = model.asked.length
  await ask('one', { budget }, 'thrifty')
  await ask('two', { budget }, 'thrifty')
  await expect(ask('three', { budget }, 'thrifty')).rejects.toMatchObject({ reason: 'budget' })
  expect(model.asked.length - before).toBe(2)
  await ask('of another account', { budget }, 'other')
  clock.now += 24 * 60 * 60 * 1000
  await ask('four', { budget }, 'thrifty')
  expect(model.asked.length - before).toBe(4)
})
