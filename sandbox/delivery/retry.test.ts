import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import type { Client, Memory } from '../testing/client.ts'
import { copyMemory } from '../testing/client.ts'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, CAROL, jidOf, stage } from '../testing/stage.ts'

/** Puts Signal state of one kind back to what it was, as a client does that lost its last writes. */
function rollBack(memory: Memory, former: Memory, kind: string) {
  for (const key of memory.keys.keys()) if (key.startsWith(`${kind}:`)) memory.keys.delete(key)
  for (const [key, value] of former.keys) if (key.startsWith(`${kind}:`)) memory.keys.set(key, value)
}

/** Baileys' encryption with one wrong bit in every pairwise ciphertext. */
const corrupting: typeof DEFAULT_CONNECTION_CONFIG.makeSignalRepository = (...parts) => {
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(...parts)
  const encryptMessage = repository.encryptMessage.bind(repository)
  return Object.assign(repository, {
    async encryptMessage(options: Parameters<typeof encryptMessage>[0]) {
      const { type, ciphertext } = await encryptMessage(options)
      const garbled = Buffer.from(ciphertext)
      garbled[garbled.length - 12]! ^= 1
      return { type, ciphertext: garbled }
    },
  })
}

const unreadableAt = async (box: { inbox: (number: string) => Promise<object> }, number: string) => {
  const { retries, undecryptable } = (await box.inbox(number)) as { retries: number; undecryptable: number }
  return { retries, undecryptable }
}

test('a phone that cannot read a message asks again, and shows the resend', async () => {
  await using s = await stage()
  s.expectProblems()
  const alice = await s.link(ALICE)
  await alice.send(jidOf(BOB), 'first')
  const former = copyMemory(alice.memory)
  await alice.send(jidOf(BOB), 'second')
  rollBack(alice.memory, former, 'session')

  const id = await alice.send(jidOf(BOB), 'with a used key')
  await eventually(async () => (await s.control.inbox(BOB)).messages.some((message) => message.id === id))
  expect(await unreadableAt(s.control, BOB)).toEqual({ retries: 1, undecryptable: 0 })
  expect(alice.receiptsOf(id)).toContain('retry')
  const { messages } = await s.control.inbox(BOB)
  expect(messages.map((message) => message.text)).toEqual(['first', 'second', 'with a used key'])
})

test('a message that never becomes readable is asked for five times and stays undecryptable', async () => {
  await using s = await stage()
  s.expectProblems()
  const alice = await s.link(ALICE, { makeSignalRepository: corrupting, maxMsgRetryCount: 20 })
  const id = await alice.send(jidOf(BOB), 'garbled')
  const asked = () => alice.receipts.filter((attrs) => attrs.id === id && attrs.from === jidOf(BOB)).length
  const resends = async () => (await s.control.stats()).totals.messagesIn - 1
  // Her own phone cannot read its copy either, and asks as often.
  await eventually(async () => (await resends()) === 10)
  expect(asked()).toBe(5)
  expect(await unreadableAt(s.control, BOB)).toEqual({ retries: 1, undecryptable: 1 })
  expect((await s.control.inbox(BOB)).messages).toEqual([])
  expect((await s.control.stats()).totals).toMatchObject({ retries: 2, undecryptable: 2 })
})

test('a phone sends again what a companion could not read', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE, { retryRequestDelayMs: 1 })
  const { id: first } = await s.control.send(BOB, { to: ALICE, text: 'first' })
  await eventually(() => alice.textOf(first) === 'first')
  await alice.send(jidOf(BOB), 'so that the session is settled')
  const forgetful = new Map([...alice.memory.keys].filter(([key]) => !key.startsWith('session:')))
  alice.memory.keys.clear()
  for (const [key, value] of forgetful) alice.memory.keys.set(key, value)

  const { id } = await s.control.send(BOB, { to: ALICE, text: 'cannot be read at first' })
  await eventually(() => alice.textOf(id) === 'cannot be read at first')
  expect((await s.control.stats()).totals.retriesAnswered).toBe(1)
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
})

test('a companion that gives up is not bothered with the message for ever', async () => {
  await using s = await stage()
  const unable: typeof DEFAULT_CONNECTION_CONFIG.makeSignalRepository = (...parts) => {
    const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(...parts)
    const decryptMessage = repository.decryptMessage.bind(repository)
    return Object.assign(repository, {
      decryptMessage: (options: Parameters<typeof decryptMessage>[0]) =>
        willRead ? decryptMessage(options) : Promise.reject(new Error('No idea what this says')),
    })
  }
  let willRead = true
  const alice = await s.link(ALICE, { makeSignalRepository: unable, retryRequestDelayMs: 1 })
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
  willRead = false
  const { id } = await s.control.send(BOB, { to: ALICE, text: 'never read' })
  await eventually(async () => (await s.control.stats()).totals.retriesAnswered === 5)
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
  expect((await s.control.stats()).totals.retriesAnswered).toBe(5)
  expect(alice.textOf(id)).toBeUndefined()
})

test('phones ask again in groups, and answer there', async () => {
  await using s = await stage()
  s.expectProblems()
  const alice = await s.link(ALICE, { retryRequestDelayMs: 1 })
  const { id: group } = await s.control.createGroup({
    creator: BOB,
    subject: 'G',
    participants: [ALICE, CAROL],
  })
  await alice.send(group, 'first')
  const former = copyMemory(alice.memory)
  await alice.send(group, 'second')
  rollBack(alice.memory, former, 'sender-key')
  const id = await alice.send(group, 'with a used key')
  for (const reader of [BOB, CAROL]) {
    await eventually(async () =>
      (await s.control.inbox(reader)).messages.some((message) => message.id === id),
    )
    expect(await unreadableAt(s.control, reader)).toEqual({ retries: 1, undecryptable: 0 })
  }

  const { id: known } = await s.control.send(BOB, { to: group, text: 'known' })
  await eventually(() => alice.textOf(known) === 'known')
  for (const key of alice.memory.keys.keys()) if (key.startsWith('sender-key:')) alice.memory.keys.delete(key)
  const { id: answered } = await s.control.send(BOB, { to: group, text: 'resent' })
  await eventually(() => alice.textOf(answered) === 'resent')
  const { id: next } = await s.control.send(BOB, { to: group, text: 'with the key that came along' })
  await eventually(() => alice.textOf(next) === 'with the key that came along')
})

test('companions ask each other', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB, { retryRequestDelayMs: 1 })]
  const first = await alice.send(jidOf(BOB), 'first')
  await eventually(() => bob.textOf(first) === 'first')
  const answer = await bob.send(jidOf(ALICE), 'settled')
  await eventually(() => alice.textOf(answer) === 'settled')
  forget(bob, 'session')
  const id = await alice.send(jidOf(BOB), 'cannot be read at first')
  await eventually(() => bob.textOf(id) === 'cannot be read at first')
  expect(alice.receiptsOf(id)).toContain('retry')
})

function forget({ memory }: Client, kind: string) {
  for (const key of memory.keys.keys()) if (key.startsWith(`${kind}:`)) memory.keys.delete(key)
}
