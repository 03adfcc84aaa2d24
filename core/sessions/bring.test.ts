import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import type { Parcels } from '../device/parcel.ts'
import { Settings } from '../session.ts'
import { bring } from './bring.ts'

let t: TestDomain

beforeAll(async () => {
  t = await testDomain()
  await t.account('acme')
})
afterAll(() => t.close())

test('of many that bring one device at the same moment one has it, the others are told who, and leave nothing', async () => {
  const left = new Set<string>()
  const parcels: Parcels = {
    send: async ({ id }) => {
      left.add(id)
      return id
    },
    open: async () => undefined,
    remove: async ({ id }) => void left.delete(id),
  }
  const device = {
    rows: new Map(),
    preKeys: new Map(),
    linked: {
      jid: '4915100000055:1@s.whatsapp.net',
      phoneNumber: '+4915100000055',
      lid: undefined,
      name: undefined,
      platform: undefined,
    },
  }
  const input = { accountId: 'acme', name: 'brought', settings: Settings.parse({}) }
  const answers = await Promise.allSettled(
    Array.from({ length: 10 }, () => bring(t.domain, parcels, input, device)),
  )
  const [first, ...more] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  expect(more).toEqual([])
  for (const answer of answers)
    if (answer.status === 'rejected')
      expect(answer.reason).toMatchObject({
        code: 'NUMBER_ALREADY_LINKED',
        details: { sessionId: first?.id },
      })
  expect([...left]).toEqual([first?.id])
})
