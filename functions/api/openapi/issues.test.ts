import { expect, test } from 'vitest'
import * as z from 'zod'
import { named } from './issues.ts'

const Card = z.strictObject({ name: z.string(), phoneNumber: z.string() })
const Vcard = z.strictObject({ name: z.string().optional(), vcard: z.string() })
const Body = z.strictObject({
  at: z.iso.datetime().optional(),
  latitude: z.number().min(-90).max(90).optional(),
  count: z.int().min(1).optional(),
  kind: z.enum(['one', 'two']).optional(),
  people: z.array(z.string()).min(1).max(3).optional(),
  link: z.url().optional(),
  card: z.union([Card, Vcard]).optional(),
  list: z.array(z.union([Card, Vcard])).optional(),
  own: z.string().max(3, 'must be short').optional(),
})
const said = (body: Record<string, unknown>) =>
  (Body.safeParse(body).error?.issues ?? []).flatMap(named).map(({ path, message }) => `${path}: ${message}`)

test.each([
  [{ at: 'yesterday' }, ['at: must be a time such as 2030-05-01T18:00:00Z']],
  [{ latitude: 100 }, ['latitude: must be 90 or less']],
  [{ latitude: '1' }, ['latitude: must be a number']],
  [{ count: 0 }, ['count: must be 1 or more']],
  [{ count: 1.5 }, ['count: must be a whole number']],
  [{ kind: 'three' }, ['kind: must be one of one, two']],
  [{ people: [] }, ['people: must have 1 entry or more']],
  [{ people: ['a', 'b', 'c', 'd'] }, ['people: must have 3 entries or fewer']],
  [{ people: ['a', 7] }, ['people.1: must be a text']],
  [{ link: 'x' }, ['link: must be an address that begins with https:// or http://']],
  [{ card: { name: 'Ann' } }, ['card.phoneNumber: is required']],
  [{ card: { vcard: 7 } }, ['card.vcard: must be a text']],
  [{ list: [{ name: 'Ann', phoneNumber: '+49', age: 7 }] }, ['list.0: "age" is not known here']],
  [{ card: 'Ann' }, ['card: must be an object']],
  [{ own: 'long' }, ['own: must be short']],
  [{ secret: 'x' }, [': "secret" is not known here']],
])('%j', (body, sentences) => {
  expect(said(body)).toEqual(sentences)
})
