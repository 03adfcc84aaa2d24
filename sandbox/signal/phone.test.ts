import type { proto } from '@whiskeysockets/baileys'
import libsignal from 'libsignal'
import { afterEach, expect, test, vi } from 'vitest'
import { openPeople } from '../people/people.ts'
import { openStore } from '../store.ts'
import { openPhones } from './phone.ts'

const text = (conversation: string): proto.IMessage => ({ conversation })

/** Two phones that write to each other as companions would; each one is device 0. */
function twoPhones() {
  const store = openStore()
  const people = openPeople(store)
  const phones = openPhones(store, people)
  const [alice, bob] = [people.expect('15550000001'), people.expect('15550000002')]
  const write = (from: typeof alice, to: typeof alice, words: string) =>
    phones.locked(from, () =>
      phones.encrypt(from, { lid: to.lid, device: 0 }, text(words), () => phones.bundle(to)),
    )
  const read = async (by: typeof alice, from: typeof alice, message: Awaited<ReturnType<typeof write>>) =>
    (await phones.decrypt(by, { lid: from.lid, device: 0 }, message.type, message.ciphertext)).conversation
  return { store, phones, alice, bob, write, read, [Symbol.dispose]: () => store.close() }
}

afterEach(() => vi.restoreAllMocks())

test('both may start at once, and every message is read once', async () => {
  using p = twoPhones()
  const hello = await p.write(p.alice, p.bob, 'hello')
  const hi = await p.write(p.bob, p.alice, 'hi')
  expect(await p.read(p.bob, p.alice, hello)).toBe('hello')
  expect(await p.read(p.alice, p.bob, hi)).toBe('hi')
  for (let n = 0; n < 5; n += 1) {
    expect(await p.read(p.bob, p.alice, await p.write(p.alice, p.bob, `a${n}`))).toBe(`a${n}`)
    expect(await p.read(p.alice, p.bob, await p.write(p.bob, p.alice, `b${n}`))).toBe(`b${n}`)
  }
  await expect(p.read(p.bob, p.alice, hello)).rejects.toThrow('Key used already')
})

test('D3: a message for one session leaves the other sessions as they were', async () => {
  using p = twoPhones()
  const first = await p.write(p.alice, p.bob, 'first session')
  await p.read(p.bob, p.alice, first)
  const answer = await p.write(p.bob, p.alice, 'settles the first session')
  await p.read(p.alice, p.bob, answer)
  const old = await p.write(p.alice, p.bob, 'late, in the first session')
  p.phones.forgetSession(p.alice, { lid: p.bob.lid, device: 0 })
  const second = await p.write(p.alice, p.bob, 'second session')
  expect(await p.read(p.bob, p.alice, second)).toBe('second session')
  const more = [await p.write(p.alice, p.bob, 'one'), await p.write(p.alice, p.bob, 'two')]
  expect(await p.read(p.bob, p.alice, old)).toBe('late, in the first session')
  expect(await p.read(p.bob, p.alice, more[1]!)).toBe('two')
  expect(await p.read(p.bob, p.alice, more[0]!)).toBe('one')
})

test('phones print nothing and leave the shared libsignal as it is', async () => {
  const prints = (['log', 'info', 'warn', 'error'] as const).map((level) =>
    vi.spyOn(globalThis.console, level),
  )
  const shared = [
    libsignal.SessionCipher.prototype,
    libsignal.SessionRecord.prototype,
    libsignal.SessionBuilder.prototype,
  ]
  const before = shared.map((prototype) => Object.getOwnPropertyDescriptors(prototype))
  using p = twoPhones()
  for (let n = 0; n < 45; n += 1) {
    p.phones.forgetSession(p.alice, { lid: p.bob.lid, device: 0 })
    await p.read(p.bob, p.alice, await p.write(p.alice, p.bob, 'a new session'))
  }
  const garbled = await p.write(p.alice, p.bob, 'garbled')
  garbled.ciphertext[20]! ^= 1
  await expect(p.read(p.bob, p.alice, garbled)).rejects.toThrow()
  expect(prints.map((print) => print.mock.calls)).toEqual([[], [], [], []])
  expect(shared.map((prototype) => Object.getOwnPropertyDescriptors(prototype))).toEqual(before)
})

test('a one-time key of a phone opens one session only', async () => {
  using p = twoPhones()
  const ids = [p.phones.bundle(p.bob), p.phones.bundle(p.bob)].map((bundle) => bundle.preKey?.id)
  expect(ids).toEqual([1, 2])
})
