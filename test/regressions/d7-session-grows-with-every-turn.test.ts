/**
 * Defect D7 of libsignal 6.0.0: each time that a conversation changes its direction the session keeps one more chain, for
 * ever: 43 KB after 400 turns, beyond what a DynamoDB item may have after 4,000, and all of it is written anew with every
 * message.
 */
import { expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { sandbox } from '../../sandbox/index.ts'
import { jidOf, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const BOB = '+15550000002'

test('a session stays small, whatever turns a conversation takes, and both sides read on', async () => {
  await using box = await sandbox({ receiptDelayMs: 0 })
  const disk = memoryDisk()
  await using alice = await rig(box, { store: memoryDevice({ disk }), scan: ALICE })
  alice.connect()
  await alice.untilOpen()
  const sizes = () =>
    [...disk.rows].filter(([key]) => key.startsWith('session:')).map(([, text]) => text.length)
  const turn = async (n: number) => {
    await alice.send(jidOf(BOB), `question ${n}`)
    await until('Bob has it', async () => (await box.control.inbox(BOB)).messages.length > n)
    await box.control.send(BOB, { to: ALICE, text: `answer ${n}` })
    await until('Alice has it', () => [...alice.texts().values()].includes(`answer ${n}`))
  }
  for (let n = 0; n < 14; n++) await turn(n)
  await alice.device.flush()
  const before = Math.max(...sizes())
  for (let n = 14; n < 30; n++) await turn(n)
  await alice.device.flush()
  expect(before).toBeGreaterThan(0)
  expect(Math.max(...sizes())).toBeLessThan(before + 100)
  expect(await box.control.inbox(BOB)).toMatchObject({ undecryptable: 0, retries: 0 })
})
