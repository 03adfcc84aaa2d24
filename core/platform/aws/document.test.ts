import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAnswer, readItem, writeItem, writeRequest } from './document.ts'

/** How the AWS SDK's attributes look on the wire. */
const onWire = (attributes: object) =>
  JSON.parse(
    JSON.stringify(attributes, (_, value) => (value?.type === 'Buffer' ? base64(value.data) : value)),
  )
const base64 = (data: number[]) => Buffer.from(data).toString('base64')

/** The SDK's own marshaller loses this one. */
const name = fc.string().filter((text) => text !== '__proto__')
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
    fc.array(tie('any')),
    fc.dictionary(name, tie('any')),
  ),
})).any
const items = fc.dictionary(name, value)

test('any document is written as the AWS SDK writes it, and read back as it was', () => {
  fc.assert(
    fc.property(items, (item) => {
      const written = writeItem(item)
      expect(written).toEqual(onWire(marshall(item, { convertEmptyValues: false })))
      expect(JSON.stringify(readItem(written))).toBe(JSON.stringify(unmarshall(marshall(item))))
    }),
  )
})

test('bytes and sets keep what they are; what is undefined is left out', () => {
  const item = {
    bytes: Buffer.from('héllo'),
    words: new Set(['a', 'b']),
    counts: new Set([1, 2]),
    none: undefined,
  }
  const written = writeItem(item)
  expect(written).toEqual({ bytes: { B: 'aMOpbGxv' }, words: { SS: ['a', 'b'] }, counts: { NS: ['1', '2'] } })
  expect(readItem(written)).toEqual({ bytes: item.bytes, words: item.words, counts: item.counts })
})

test('a field called __proto__ is a field like any other', () => {
  const item = JSON.parse('{"__proto__":{"isAdmin":true},"a":{"__proto__":1}}') as Record<string, unknown>
  const written = writeItem(item)
  expect(JSON.stringify(written)).toBe(
    '{"__proto__":{"M":{"isAdmin":{"BOOL":true}}},"a":{"M":{"__proto__":{"N":"1"}}}}',
  )
  const read = readItem(JSON.parse(JSON.stringify(written)))
  expect(JSON.stringify(read)).toBe(JSON.stringify(item))
  expect((read as { isAdmin?: boolean }).isAdmin).toBeUndefined()
})

test('what DynamoDB has no form for is refused', () => {
  for (const wrong of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(),
    () => 1,
    Symbol('x'),
    new Set(),
    new Map(),
  ])
    expect(() => writeItem({ wrong })).toThrow(TypeError)
})

test('items are found wherever a request or an answer has them', () => {
  const key = { pk: 'a', sk: 'b' }
  const wire = { pk: { S: 'a' }, sk: { S: 'b' } }
  expect(
    writeRequest({
      TransactItems: [
        { Put: { TableName: 't', Item: { ...key, n: 1 }, ConditionExpression: undefined } },
        { Update: { TableName: 't', Key: key, ExpressionAttributeValues: { ':v': true } } },
      ],
      RequestItems: { t: { Keys: [key], ConsistentRead: true }, u: [{ DeleteRequest: { Key: key } }] },
      ExclusiveStartKey: key,
    }),
  ).toEqual({
    TransactItems: [
      { Put: { TableName: 't', Item: { ...wire, n: { N: '1' } } } },
      { Update: { TableName: 't', Key: wire, ExpressionAttributeValues: { ':v': { BOOL: true } } } },
    ],
    RequestItems: { t: { Keys: [wire], ConsistentRead: true }, u: [{ DeleteRequest: { Key: wire } }] },
    ExclusiveStartKey: wire,
  })
  expect(
    readAnswer({
      Responses: { Item: [wire] },
      UnprocessedKeys: { t: { Keys: [wire] } },
      Items: [wire],
      LastEvaluatedKey: wire,
      Count: 1,
    }),
  ).toEqual({
    Responses: { Item: [key] },
    UnprocessedKeys: { t: { Keys: [key] } },
    Items: [key],
    LastEvaluatedKey: key,
    Count: 1,
  })
})
