import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNumber, readOrder } from './rules.ts'

const short = (text: string): string =>
  readOrder(text)
    .changes.map(({ action, quantity, unit, name }) =>
      [action === 'set' ? '' : action, quantity, unit, name]
        .filter((part) => part !== undefined && part !== '')
        .join(' '),
    )
    .join(' | ')

test.each([
  // English
  ['I need 5 units of Product A', '5 Product A'],
  ['5 apples, 3 pears and 2 kg of sugar', '5 apples | 3 pears | 2 kg sugar'],
  ['Can I have 4 units of Product B and also 6 of Product C', '4 Product B | 6 Product C'],
  ['order 3 x Widget', '3 Widget'],
  ['5x Coke', '5 Coke'],
  ['2kg sugar, 6pcs cups', '2 kg sugar | 6 cups'],
  ['Sugar - 2kg\nRice: 5 kg\nMilk x 3', '2 kg Sugar | 5 kg Rice | 3 Milk'],
  ['Send me 1,000 units of SKU-77', '1000 SKU-77'],
  ['a dozen eggs and half a dozen lemons', '12 eggs | 6 lemons'],
  ['two bottles of milk', '2 bottle milk'],
  ['I would like to have 5 apples please', '5 apples'],
  ['please send 3 boxes of Product A to my home tomorrow', '3 box Product A'],
  ['2 salt and pepper sets', '2 salt and pepper sets'],
  ['10 burgers without onions', '10 burgers without onions'],
  ['I want a pizza', '1 pizza'],
  ['2 iPhone 15', '2 iPhone 15'],
  ['5 pcs. of Product A', '5 Product A'],
  ['I need 5 kg sugar, how much is it?', '5 kg sugar'],
  ['1/2 kg butter', '0.5 kg butter'],
  ['make it 7 units of Product A', '7 Product A'],
  ['and 3 more Product A please', 'add 3 Product A'],
  ['another pizza', 'add 1 pizza'],
  ['remove the apples and pears', 'remove 0 apples | remove 0 pears'],
  ['cancel 2 Product A', 'remove 2 Product A'],
  // German
  ['Ich möchte 5 Äpfel und zwei Flaschen Milch bestellen', '5 Äpfel | 2 bottle Milch'],
  ['Ich brauche 2,5 kg Mehl, bitte', '2.5 kg Mehl'],
  ['noch 2 Brote', 'add 2 Brote'],
  // Spanish
  ['Quiero 3 cajas de leche y una docena de huevos por favor', '3 box leche | 12 huevos'],
  ['otra pizza por favor', 'add 1 pizza'],
  // French
  ["Je voudrais 2 bouteilles de vin et 500 g de farine s'il vous plaît", '2 bottle vin | 500 g farine'],
  // Italian
  ['Vorrei due pizze e 3 birre', '2 pizze | 3 birre'],
  // Portuguese
  ['Preciso de 10 caixas de leite e 2 kg de açúcar', '10 box leite | 2 kg açúcar'],
  // Hindi
  ['mujhe 5 kg chini chahiye', '5 kg chini'],
  ['chini 2 kg chahiye', '2 kg chini'],
  ['मुझे 5 किलो चीनी चाहिए', '5 kg चीनी'],
])('reads %j', (text, expected) => {
  expect(short(text)).toBe(expected)
})

test.each([
  'Hi, I want to place an order',
  'Hello',
  '',
  '👍',
  'Do you have 5 apples?',
  'how much is 5 kg of sugar?',
  'I have 2 questions',
  'call me at 5 pm',
  'my order 12345 has not arrived',
  'I want a refund',
  'I ordered 5 yesterday',
  '+49 151 23456789',
  'See you in 2 hours',
  'we are 10 people',
  'Message 17',
  'ok, 100 pieces',
  'on the 3rd floor',
  '10:30 works for me',
])('finds no order in %j', (text) => {
  expect(short(text)).toBe('')
})

test('takes name, address and price out of a message', () => {
  expect(
    readOrder(
      'My name is John Doe. I need 5 units of Product A at $2.50 each. Deliver to 12 Main Street, Springfield',
    ),
  ).toEqual({
    changes: [{ action: 'set', name: 'Product A', quantity: 5, unit_price: 2.5 }],
    customer_name: 'John Doe',
    delivery_address: '12 Main Street, Springfield',
  })
})

test('numbers as people write them', () => {
  expect(['5', '2,5', '2.5', '1,000', '1.000', '1/2', '½'].map(parseNumber)).toEqual([
    5, 2.5, 2.5, 1000, 1000, 0.5, 0.5,
  ])
})

test('never fails, never finds nonsense, and never takes long, whatever is written', () => {
  const words = fc.constantFrom(
    '5',
    'kg',
    'of',
    'x',
    'and',
    ',',
    'I',
    'need',
    ':',
    '-',
    '½',
    'a',
    'more',
    'remove',
    '\n',
    '  ',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5_000 }),
    fc.array(words, { maxLength: 800 }).map((parts) => parts.join(' ')),
    fc.array(words, { maxLength: 3_000 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (written) => {
      const began = process.threadCpuUsage()
      for (const { name, quantity } of readOrder(written).changes) {
        expect(quantity).toBeGreaterThanOrEqual(0)
        expect(name).toMatch(/\p{L}/u)
      }
      expect(process.threadCpuUsage(began).user).toBeLessThan(1_000_000)
    }),
    { numRuns: 300 },
  )
})
