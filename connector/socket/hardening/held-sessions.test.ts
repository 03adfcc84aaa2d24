/** Sessions that stay in memory between steps: what is stored of them, when it changes, and when it must not. */
import {
  addTransactionCapability,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  initAuthCreds,
  type SignalKeyStore,
} from '@whiskeysockets/baileys'
import fc from 'fast-check'
import pino from 'pino'
import { expect, test } from 'vitest'
import { HeldSession, heldSessions } from './held-sessions.ts'
import { exclusively, harden } from './index.ts'
import type { SessionRecord } from './internals.ts'

harden()
const quiet = pino({ level: 'silent' })

/** Somebody whose key store keeps values as they are, as the write set does; a crash leaves what a commit writes. */
async function somebody(user: string) {
  const creds = initAuthCreds()
  const rows = new Map<string, unknown>()
  const store: SignalKeyStore = {
    get: async (type, ids) =>
      Object.fromEntries(
        ids.flatMap((id) => (rows.has(type + id) ? [[id, rows.get(type + id)]] : [])),
      ) as never,
    set: async (changes) => {
      for (const [type, values] of Object.entries(changes))
        for (const [id, value] of Object.entries(values ?? {}))
          value === null ? rows.delete(type + id) : rows.set(type + id, value)
    },
  }
  const keys = addTransactionCapability(store, quiet, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  const preKey = Curve.generateKeyPair()
  await keys.set({ 'pre-key': { '1': preKey } })
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, quiet, async () => [])
  const jid = `${user}@lid`
  return {
    jid,
    bundle: () => ({
      registrationId: creds.registrationId,
      identityKey: generateSignalPubKey(creds.signedIdentityKey.public),
      signedPreKey: {
        keyId: creds.signedPreKey.keyId,
        publicKey: generateSignalPubKey(creds.signedPreKey.keyPair.public),
        signature: creds.signedPreKey.signature,
      },
    }),
    repository,
    sessions: () => [...rows].filter(([key]) => key.startsWith('session')).map(([, value]) => value),
    crash() {
      for (const [key, value] of rows)
        if (key.startsWith('session')) rows.set(key, JSON.parse(JSON.stringify(value)))
    },
  }
}

type Somebody = Awaited<ReturnType<typeof somebody>>
type Sent = { text: string; type: 'pkmsg' | 'msg'; ciphertext: Uint8Array }

async function pair(): Promise<[Somebody, Somebody]> {
  const two: [Somebody, Somebody] = [await somebody('1'), await somebody('2')]
  const [alice, bob] = two
  await exclusively(() => alice.repository.injectE2ESession({ jid: bob.jid, session: bob.bundle() as never }))
  await read(bob, alice, await write(alice, bob, 'hello'))
  await read(alice, bob, await write(bob, alice, 'hello yourself'))
  return two
}

const write = (from: Somebody, to: Somebody, text: string): Promise<Sent> =>
  exclusively(async () => ({
    text,
    ...(await from.repository.encryptMessage({ jid: to.jid, data: Buffer.from(text) })),
  }))

const read = (by: Somebody, from: Somebody, { type, ciphertext }: Omit<Sent, 'text'>): Promise<string> =>
  exclusively(async () => {
    const message = { jid: from.jid, type, ciphertext: Buffer.from(ciphertext) }
    return Buffer.from(await by.repository.decryptMessage(message)).toString()
  })

const broken = (sent: Sent): Sent => {
  const ciphertext = Buffer.from(sent.ciphertext)
  ciphertext.writeUInt8(ciphertext.readUInt8(ciphertext.length - 3) ^ 1, ciphertext.length - 3)
  return { ...sent, ciphertext }
}

test('a session in use is stored as it is, and read by libsignal after a crash', async () => {
  const [alice, bob] = await pair()
  const stored = alice.sessions()
  expect(stored).toHaveLength(1)
  expect(stored[0]).toBeInstanceOf(HeldSession)
  alice.crash()
  expect(alice.sessions()[0]).toMatchObject({ _sessions: {}, version: 'v1' })
  expect(await read(bob, alice, await write(alice, bob, 'after a crash'))).toBe('after a crash')
})

test('what was stored before a message was read does not change by the reading', async () => {
  const [alice, bob] = await pair()
  await write(bob, alice, 'bob writes first, so that his session is in use')
  const sent = await write(alice, bob, 'a key is used up by this')
  const before = bob.sessions()[0]
  const written = JSON.stringify(before)
  expect(await read(bob, alice, sent)).toBe('a key is used up by this')
  expect(JSON.stringify(before)).toBe(written)
  expect(JSON.stringify(bob.sessions()[0])).not.toBe(written)
})

test('a message that cannot be read leaves no trace, and the true one is read', async () => {
  const [alice, bob] = await pair()
  const sent = await write(alice, bob, 'true')
  const written = JSON.stringify(bob.sessions())
  await expect(read(bob, alice, broken(sent))).rejects.toThrow()
  expect(JSON.stringify(bob.sessions())).toBe(written)
  expect(await read(bob, alice, sent)).toBe('true')
})

test('somebody outside of a step gets what libsignal writes', async () => {
  const [alice, bob] = await pair()
  await alice.repository.encryptMessage({ jid: bob.jid, data: Buffer.from('not under a lock') })
  expect(alice.sessions()[0]).not.toBeInstanceOf(HeldSession)
})

test('messages written, lost, read late, broken, repeated and crashes in any order: each true one is read once', async () => {
  const step = fc.record({
    by: fc.constantFrom(0, 1),
    what: fc.constantFrom('write', 'write', 'write', 'read', 'read', 'read', 'break', 'repeat', 'crash'),
    which: fc.nat(20),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const people = await pair()
      const onTheWay: [Sent[], Sent[]] = [[], []]
      const done: [Sent[], Sent[]] = [[], []]
      for (const [n, { by, what, which }] of steps.entries()) {
        const [me, other] = [people[by as 0 | 1], people[(1 - by) as 0 | 1]]
        const waiting = onTheWay[by as 0 | 1]
        const readBefore = done[by as 0 | 1]
        if (what === 'write') onTheWay[(1 - by) as 0 | 1].push(await write(me, other, `message ${n}`))
        if (what === 'crash') me.crash()
        if (what === 'break' && waiting.length > 0)
          await expect(read(me, other, broken(waiting[which % waiting.length]!))).rejects.toThrow()
        if (what === 'repeat' && readBefore.length > 0)
          await expect(read(me, other, readBefore[which % readBefore.length]!)).rejects.toThrow()
        if (what === 'read' && waiting.length > 0) {
          const [sent] = waiting.splice(which % waiting.length, 1)
          expect(await read(me, other, sent!)).toBe(sent!.text)
          readBefore.push(sent!)
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('sessions that are out of use are kept in writing only', () => {
  const written: string[] = []
  const held = heldSessions(
    {
      write: (record) => {
        written.push(String(record))
        return { of: String(record) }
      },
      read: (stored) => ({ again: stored }) as never,
    },
    2,
  )
  const record = (name: string) => ({ toString: () => name }) as unknown as SessionRecord
  const [first, second, third] = [record('first'), record('second'), record('third')]
  const stored = held.hold(first)
  held.hold(second)
  expect(stored.lend()).toBe(first)
  expect(written).toEqual([])
  held.hold(third)
  expect(written).toEqual(['first'])
  expect(stored.lend()).toEqual({ again: { of: 'first' } })
  expect(JSON.stringify(stored)).toBe('{"of":"first"}')
})
