/**
 * Defect D3 of libsignal 6.0.0: it tries a message on every session of a contact in place, and a failed attempt leaves a
 * session that was stepped and is stored when another one fits. It takes two sessions with one contact: both sides start
 * to write at once, which a slow store makes likely.
 */
import { expect, test } from 'vitest'
import { memoryDevice } from '#core/device/index.ts'
import { sandbox } from '../../sandbox/index.ts'
import { jidOf, rig } from '../support/device.ts'
import { holdMessages } from '../support/stanzas.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const PEOPLE = Array.from({ length: 6 }, (_, i) => `+1555000001${i}`)

test('when both sides start at once, every message of both sessions is read', async () => {
  await using box = await sandbox({ receiptDelayMs: 50 })
  await using alice = await rig(box, { store: memoryDevice({ latency: () => 30 }), scan: ALICE })
  alice.connect()
  await alice.untilOpen()

  let incoming = 0
  const both = async (round: string) => {
    for (const person of PEOPLE) {
      const sent = alice.send(jidOf(person), `to ${person} ${round}`)
      await box.control.send(person, { to: ALICE, text: `from ${person} ${round}` })
      incoming++
      await sent
    }
  }
  {
    // What they write first reaches us only after we have started sessions of our own.
    using held = holdMessages(({ attrs }) => attrs.offline === undefined)
    await both('first')
    await both('second')
    held.release()
  }
  for (let round = 0; round < 6; round++) await both(`round ${round}`)
  await until('all are read', () => alice.texts().size === incoming)
  for (const person of PEOPLE) {
    await until('theirs too', async () => (await box.control.inbox(person)).messages.length === 8)
    expect(await box.control.inbox(person)).toMatchObject({ undecryptable: 0, retries: 0 })
  }
  expect(alice.rows.filter(({ kind }) => kind === 'undecryptable')).toEqual([])
})
