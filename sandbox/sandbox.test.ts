import { expect, test } from 'vitest'
import { sandbox } from './index.ts'
import { Client } from './testing/client.ts'
import { eventually } from './testing/eventually.ts'

const ALICE = '+15550000001'
const BOB = '+15550000002'
const jidOf = (number: string) => `${number.slice(1)}@s.whatsapp.net`

test('a client links by QR, writes, is read, and is written to', async () => {
  await using box = await sandbox({ receiptDelayMs: [150, 200] })
  const alice = await new Client(box).link(box.control, ALICE)

  const id = await alice.send(jidOf(BOB), 'Hello Bob')
  await eventually(() => alice.acks.has(id))
  const { messages } = await box.control.inbox(BOB)
  expect(messages).toMatchObject([{ id, from: ALICE, to: BOB, type: 'text', text: 'Hello Bob', copies: 1 }])
  await eventually(() => alice.statuses(id).includes(3))

  await box.control.read(BOB, [id])
  await eventually(() => alice.statuses(id).includes(4))

  const { id: answer } = await box.control.send(BOB, { to: ALICE, text: 'Hello Alice' })
  await eventually(() => alice.textOf(answer) === 'Hello Alice')
  await eventually(async () => Object.keys((await box.control.stats()).undelivered).length === 0)
  expect((await box.control.stats()).unknownQueries).toEqual({})
  expect((await box.control.stats()).problems).toEqual([])
  await alice.stop()
})
