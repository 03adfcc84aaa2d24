/**
 * The durability gate under trouble: a store that is slow or fails, a line that drops, another owner. Real Baileys
 * against the sandbox; the rules R1 to R8 are those of docs/durability-gate.md.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeviceStore, Fenced, memoryDevice, memoryDisk } from '#core/device/index.ts'
import { isExclusive } from '../../connector/socket/hardening/index.ts'
import { libsignal } from '../../connector/socket/hardening/internals.ts'
import type { Row } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, type Rig, rig, textOf } from '../support/device.ts'
import { until } from '../support/until.ts'

const BOB = '+15550000002'
const EVE = '+15550000003'
let box: Sandbox
let people = 0
const newNumber = () => `+1666000${String(++people).padStart(4, '0')}`

beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 50 })
})
afterAll(() => box.close())

/** A store whose latency and failure the test decides on, and a device on it that is linked and open. */
async function stage(number = newNumber()) {
  const disk = memoryDisk()
  const trouble = {
    ms: 0,
    error: undefined as Error | undefined,
    until: undefined as Promise<void> | undefined,
  }
  const store = () =>
    memoryDevice({
      disk,
      latency: () => trouble.ms,
      fault: () => {
        if (trouble.error) throw trouble.error
        return trouble.until
      },
    })
  const alice = await rig(box, { store: store(), scan: number })
  alice.connect()
  await alice.untilOpen()
  return { alice, disk, trouble, store, number }
}

const inboxOf = async (number: string, from: string) =>
  (await box.control.inbox(number)).messages.filter((message) => message.from === from)
const untilInbox = (number: string, from: string, count: number) =>
  until(`${count} messages at ${number}`, async () => (await inboxOf(number, from)).length >= count)
const untilTexts = (one: Rig, count: number) => until(`${count} texts`, () => one.texts().size >= count)
const nothingUndelivered = (number: string) =>
  until('nothing is undelivered', async () =>
    Object.keys((await box.control.stats()).undelivered).every((device) => !device.startsWith(number)),
  )

/** Nobody had to ask for anything twice, and nothing was shown twice. */
async function expectClean(one: Rig, from: string): Promise<void> {
  expect(one.rows.filter((row) => row.kind === 'undecryptable')).toEqual([])
  for (const person of [BOB, EVE]) {
    const { undecryptable, retries, messages } = await box.control.inbox(person)
    expect([undecryptable, retries]).toEqual([0, 0])
    const ids = messages.filter((message) => message.from === from).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  }
}

/** Records what our ratchets decrypt; a ciphertext that touches one twice is used up. */
function ratchetSteps() {
  const cipher = libsignal.SessionCipher.prototype
  const { decryptWhisperMessage } = cipher
  const seen: string[] = []
  cipher.decryptWhisperMessage = function (data) {
    if (isExclusive()) seen.push(data.toString('base64'))
    return decryptWhisperMessage.call(this, data)
  }
  return {
    twice: () => seen.filter((each, at) => seen.indexOf(each) !== at),
    [Symbol.dispose]() {
      cipher.decryptWhisperMessage = decryptWhisperMessage
    },
  }
}

test('a device links, writes, is acknowledged, and is written to', async () => {
  const { alice, number } = await stage()
  await using _ = alice
  expect(alice.device.linked).toBe(true)
  expect(alice.device.me).toMatchObject({ phoneNumber: number })

  const id = await alice.send(jidOf(BOB), 'Hello Bob')
  await untilInbox(BOB, number, 1)
  expect(await inboxOf(BOB, number)).toMatchObject([{ id, text: 'Hello Bob', copies: 1 }])
  await until('ack', () => alice.rows.some((row) => row.kind === 'ack' && row.messageId === id && !row.error))
  await until('receipt', () =>
    alice.rows.some((row) => row.kind === 'receipt' && row.messageIds.includes(id)),
  )

  const { id: answer } = await box.control.send(BOB, { to: number, text: 'Hello Alice' })
  await until('the answer', () => alice.texts().get(answer) === 'Hello Alice')
  await nothingUndelivered(number)
  await until('the outbox is empty', () => !alice.device.isWaiting(id))
  expect((await box.control.stats()).problems).toEqual([])
})

test('R2: while the store fails, nothing leaves and nothing is handed on; then everything, in order', async () => {
  const { alice, trouble, number } = await stage()
  await using _ = alice
  await alice.send(jidOf(BOB), 'warm')
  await box.control.send(BOB, { to: number, text: 'warm' })
  await untilInbox(BOB, number, 1)
  await untilTexts(alice, 1)

  trouble.error = new Error('throttled')
  const accepted = Array.from({ length: 20 }, (_, i) => alice.send(jidOf(BOB), `held ${i}`))
  for (let i = 0; i < 20; i++) await box.control.send(BOB, { to: number, text: `in ${i}` })
  await until('frames are held', () => alice.device.stats.heldFrames > 10)
  await until('the error shows', () => alice.device.stats.commitError === 'Error: throttled')
  expect(alice.device.stats.committingSince).toBeGreaterThan(0)
  expect(await inboxOf(BOB, number)).toHaveLength(1)
  expect(alice.texts().size).toBe(1)

  trouble.error = undefined
  await Promise.all(accepted)
  await untilInbox(BOB, number, 21)
  await untilTexts(alice, 21)
  const sent = (await inboxOf(BOB, number)).map(({ text }) => text)
  expect(sent).toEqual(['warm', ...Array.from({ length: 20 }, (_, i) => `held ${i}`)])
  expect([...alice.texts().values()].slice(1)).toEqual(Array.from({ length: 20 }, (_, i) => `in ${i}`))
  expect(alice.closes.filter(({ name }) => name !== 'restart')).toEqual([])
  await expectClean(alice, number)
})

test('R3: a store of half a second per commit takes hundreds of messages in a few commits', async () => {
  const { alice, trouble, number } = await stage()
  await using _ = alice
  await alice.send(jidOf(BOB), 'warm')
  await box.control.send(BOB, { to: number, text: 'warm' })
  await untilInbox(BOB, number, 1)
  await alice.device.flush()
  trouble.ms = 500
  const before = alice.device.stats.commits
  await Promise.all(Array.from({ length: 100 }, (_, i) => alice.send(jidOf(BOB), `out ${i}`)))
  for (let i = 0; i < 100; i++) await box.control.send(BOB, { to: number, text: `in ${i}` })
  await untilInbox(BOB, number, 101)
  await untilTexts(alice, 101)
  expect(alice.device.stats.commits - before).toBeLessThan(30)
  trouble.ms = 0
  await expectClean(alice, number)
})

test('R8: a line that drops while bytes are held loses nothing and repeats nothing', async () => {
  const { alice, trouble, number } = await stage()
  await using _ = alice
  await alice.send(jidOf(BOB), 'warm')
  await box.control.send(BOB, { to: number, text: 'warm' })
  await untilInbox(BOB, number, 1)
  await untilTexts(alice, 1)
  await alice.device.flush()

  using steps = ratchetSteps()
  const { promise: standstill, resolve: goOn } = Promise.withResolvers<void>()
  trouble.until = standstill
  const accepted = Array.from({ length: 10 }, (_, i) => alice.send(jidOf(BOB), `out ${i}`))
  for (let i = 0; i < 5; i++) await box.control.send(BOB, { to: number, text: `in ${i}` })
  await until('messages and receipts are held', () => alice.device.stats.heldFrames >= 15)
  await box.control.fault({ kind: 'drop', number })
  await box.control.fault({ kind: 'drop', number, off: true })
  await until('frames were dropped', () => alice.device.stats.droppedFrames > 0)
  goOn()
  await Promise.all(accepted)
  await untilInbox(BOB, number, 11)
  await untilTexts(alice, 6)
  await nothingUndelivered(number)
  expect(alice.device.stats.journalHits).toBeGreaterThan(0)
  expect(steps.twice()).toEqual([])
  await expectClean(alice, number)
})

test('R8: a sender key whose bytes were dropped is sent again', async () => {
  const number = newNumber()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let waits = false
  const store = memoryDevice()
  const holding: DeviceStore = {
    ...store,
    commit: async (group) => {
      // That they know the key is written before the bytes that tell them leave.
      if ([...group.rows.keys()].some((key) => key.startsWith('sender-key-memory:'))) {
        waits = true
        await released
      }
      await store.commit(group)
    },
  }
  await using alice = await rig(box, { store: holding, scan: number })
  alice.connect()
  await alice.untilOpen()
  const group = await box.control.createGroup({ creator: number, subject: 'G', participants: [BOB, EVE] })
  const first = alice.send(group.id, 'G0')
  await until('the group message is held', () => waits && alice.device.stats.heldFrames > 0)
  await box.control.fault({ kind: 'drop', number })
  await box.control.fault({ kind: 'drop', number, off: true })
  await until('it was dropped', () => alice.device.stats.droppedFrames > 0)
  release()
  await first
  await alice.send(group.id, 'G1')
  for (const person of [BOB, EVE]) {
    await untilInbox(person, number, 2)
    expect((await inboxOf(person, number)).map(({ text }) => text)).toEqual(['G0', 'G1'])
  }
  await expectClean(alice, number)
})

test('fenced, a device dies with its bytes, and the new owner goes on', async () => {
  const { alice, trouble, store, number } = await stage()
  let death: Error | undefined
  alice.device.onDead((error) => {
    death = error
  })
  const { promise: standstill, resolve: goOn } = Promise.withResolvers<void>()
  trouble.until = standstill
  const accepted = alice.send(jidOf(BOB), 'zombie').catch((error: unknown) => error)
  await until('it is held', () => alice.device.stats.heldFrames > 0)
  const heir = await rig(box, { store: store(), epoch: 2 })
  await using _ = heir
  goOn()
  await until('the old one died', () => death)
  expect(death).toBeInstanceOf(Fenced)
  expect(await accepted).toBeInstanceOf(Fenced)
  expect(alice.closes.at(-1)?.name).toBe('fenced')
  await expect(alice.device.accept({ id: 'X', to: jidOf(BOB), message: new Uint8Array() })).rejects.toThrow(
    Fenced,
  )
  expect(await inboxOf(BOB, number)).toHaveLength(0)
  heir.connect()
  await heir.untilOpen()
  await heir.send(jidOf(BOB), 'heir')
  await untilInbox(BOB, number, 1)
  await expectClean(heir, number)
})

test('R5: rows come with ids that rise, over restarts too, and stay the same when they come again', async () => {
  const { alice, store, number } = await stage()
  await box.control.send(BOB, { to: number, text: 'one' })
  await untilTexts(alice, 1)
  const first = alice.rows.map(({ id }) => id)
  expect(first).toEqual([...first].sort())
  alice.abandon()
  let refused: Row[] = []
  const stubborn = await rig(box, {
    store: store(),
    epoch: 2,
    now: () => 1000,
    deliver: async (rows) => {
      refused = rows
      throw new Error('downstream is down')
    },
  })
  stubborn.connect()
  await stubborn.untilOpen()
  await box.control.send(BOB, { to: number, text: 'two' })
  await until('rows are refused', () => refused.length > 0)
  await nothingUndelivered(number)
  stubborn.abandon()
  await using heir = await rig(box, { store: store(), epoch: 3, now: () => 500 })
  await until('the second text', () => [...heir.texts().values()].includes('two'))
  const again = new Map([...alice.rows, ...refused].map((row) => [row.id, row]))
  for (const row of heir.rows) if (again.has(row.id)) expect(row).toEqual(again.get(row.id))
  heir.connect()
  await heir.untilOpen()
  await box.control.send(BOB, { to: number, text: 'three' })
  await until('the third text', () => [...heir.texts().values()].includes('three'))
  const ids = heir.rows.map(({ id }) => id)
  expect(ids).toEqual([...ids].sort())
  const idOf = (text: string, rows: Row[]) => rows.find((row) => textOf(row) === text)?.id ?? ''
  expect(idOf('one', alice.rows) < idOf('two', heir.rows)).toBe(true)
})

test('R6: journal and outbox are empty again when everything is settled', async () => {
  const { alice, disk, number } = await stage()
  await using _ = alice
  for (let i = 0; i < 5; i++) {
    await alice.send(jidOf(BOB), `out ${i}`)
    await box.control.send(BOB, { to: number, text: `in ${i}` })
  }
  const left = () => [...disk.rows.keys()].filter((key) => /^(inbound|outbox):/.test(key))
  await until('nothing is left', () => left().length === 0)
  expect(alice.texts().size).toBe(5)
})

test('accept is idempotent, and messages leave in the order of acceptance', async () => {
  const { alice, number } = await stage()
  await using _ = alice
  await Promise.all([
    alice.send(jidOf(BOB), 'a', '3EB0A'),
    alice.send(jidOf(BOB), 'a again', '3EB0A'),
    alice.send(jidOf(EVE), 'b', '3EB0B'),
    alice.send(jidOf(BOB), 'c', '3EB0C'),
  ])
  await untilInbox(BOB, number, 2)
  await untilInbox(EVE, number, 1)
  expect((await inboxOf(BOB, number)).map(({ text }) => text)).toEqual(['a', 'c'])
})

test('what was accepted without a connection is sent when there is one', async () => {
  const { alice, store, number } = await stage()
  await alice.device.close()
  await using heir = await rig(box, { store: store(), epoch: 2 })
  await heir.send(jidOf(BOB), 'later 1')
  await heir.send(jidOf(BOB), 'later 2')
  expect(heir.device.waiting()).toBe(2)
  heir.connect()
  await untilInbox(BOB, number, 2)
  await until('nothing waits', () => heir.device.waiting() === 0)
})
