/**
 * The fate of accepted messages that do not simply arrive: nobody there, a refusal, a phone that asks again, answers
 * that come late or twice, a device that leaves.
 */
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { isExclusive } from '../../connector/socket/hardening/index.ts'
import { libsignal } from '../../connector/socket/hardening/internals.ts'
import type { Row } from '../../connector/socket/index.ts'
import { DeviceClosed } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, type Rig, rig, textMessage } from '../support/device.ts'
import { holdStanzas } from '../support/stanzas.ts'
import { until } from '../support/until.ts'

/** Every ciphertext that we make has a wrong bit until this is disposed of. */
function garbled(): Disposable {
  const cipher = libsignal.SessionCipher.prototype
  const { encrypt } = cipher
  cipher.encrypt = async function (data) {
    const sealed = await encrypt.call(this, data)
    const at = sealed.body.length - 12
    if (isExclusive()) sealed.body.writeUInt8(sealed.body.readUInt8(at) ^ 1, at)
    return sealed
  }
  return {
    [Symbol.dispose]() {
      cipher.encrypt = encrypt
    },
  }
}

let box: Sandbox
let people = 0
const newNumber = () => `+1666200${String(++people).padStart(4, '0')}`
beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 20 })
})
afterAll(() => box.close())

async function linked() {
  const disk = memoryDisk()
  const number = newNumber()
  const one = await rig(box, { store: memoryDevice({ disk }), scan: number })
  one.connect()
  await one.untilOpen()
  return { one, disk, number }
}
const ackOf = (one: Rig, id: string) =>
  until(`the fate of ${id}`, () =>
    one.rows.find((row): row is Extract<Row, { kind: 'ack' }> => row.kind === 'ack' && row.messageId === id),
  )

test('a number that is not on WhatsApp fails by name, and holds up nobody', async () => {
  const { one } = await linked()
  await using _ = one
  const friend = newNumber()
  const lost = await one.send(jidOf('9990000001'), 'to nobody')
  const fine = await one.send(jidOf(friend), 'to somebody')
  expect((await ackOf(one, lost)).error).toEqual({ by: 'device', code: 'no-devices' })
  expect((await ackOf(one, fine)).error).toBeUndefined()
  await until('nothing waits', () => one.device.waiting() === 0)
  expect((await box.control.inbox(friend)).messages).toMatchObject([{ id: fine }])
})

test('a list of devices that does not come in time is no verdict: the message is tried again', async () => {
  const number = newNumber()
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const settings = { queryTimeoutMs: 1_000 }
  await using one = await rig(box, { store: memoryDevice(), scan: number, settings, log })
  one.connect()
  await one.untilOpen()
  const friend = newNumber()
  await box.control.fault({ kind: 'stall', number })
  const id = await one.send(jidOf(friend), 'patience')
  await until('an attempt failed', () => lines.some((line) => line.includes('could not be sent')))
  expect(one.rows.filter(({ kind }) => kind === 'ack')).toEqual([])
  await box.control.fault({ kind: 'stall', number, off: true })
  expect((await ackOf(one, id)).error).toBeUndefined()
  expect((await box.control.inbox(friend)).messages).toMatchObject([{ id }])
})

test('a group that does not exist fails with the number that WhatsApp gave', async () => {
  const { one } = await linked()
  await using _ = one
  const id = await one.send('120363000000000404@g.us', 'anybody?')
  expect((await ackOf(one, id)).error).toEqual({ by: 'device', code: '404' })
})

test('a message that the server refuses fails with its code', async () => {
  const { one, number } = await linked()
  await using _ = one
  await box.control.fault({ kind: 'restrict', number })
  const id = await one.send(jidOf(newNumber()), 'restricted')
  expect((await ackOf(one, id)).error).toEqual({ by: 'server', code: '463' })
  await until('nothing waits', () => one.device.waiting() === 0)
  await box.control.fault({ kind: 'restrict', number, off: true })
})

test('an answer that is late when the line drops comes on the next one, and the phone shows the message once', async () => {
  const { one, number } = await linked()
  await using _ = one
  const friend = newNumber()
  await box.control.fault({ kind: 'late-acks', number, delayMs: 60_000 })
  const id = await one.send(jidOf(friend), 'late')
  await until('the friend reads', async () => (await box.control.inbox(friend)).messages.length === 1)
  expect(one.device.isWaiting(id)).toBe(true)
  await box.control.fault({ kind: 'late-acks', number, off: true })
  await box.control.fault({ kind: 'drop', number })
  await box.control.fault({ kind: 'drop', number, off: true })
  expect((await ackOf(one, id)).error).toBeUndefined()
  await until('nothing waits', () => !one.device.isWaiting(id))
  const { messages, undecryptable } = await box.control.inbox(friend)
  expect(messages).toMatchObject([{ id, text: 'late' }])
  expect(undecryptable).toBe(0)
  expect(one.rows.filter((row) => row.kind === 'ack' && row.messageId === id)).toHaveLength(1)
})

test('duplicates from the server are handed on once', async () => {
  const { one, number } = await linked()
  await using _ = one
  const friend = newNumber()
  await box.control.send(friend, { to: number, text: 'first' })
  await until('first', () => one.texts().size === 1)
  await box.control.fault({ kind: 'duplicate', number })
  const { id } = await box.control.send(friend, { to: number, text: 'twice' })
  await box.control.fault({ kind: 'duplicate', number, off: true })
  await box.control.send(friend, { to: number, text: 'last' })
  await until('last', () => one.texts().size === 3)
  expect(one.handed(id)).toBe(1)
  expect(one.rows.filter(({ kind }) => kind === 'undecryptable')).toEqual([])
})

test('a phone that could not read a message gets it again from downstream, when the outbox has forgotten it', async () => {
  const { one, disk } = await linked()
  const friend = newNumber()
  await one.send(jidOf(friend), 'first')
  await until('it is settled', () => one.device.waiting() === 0)
  const id = '3EB0AAAAAAAAAAAAAAAAAA'
  {
    using held = holdStanzas('receipt', ({ attrs }) => attrs.type === 'retry')
    using _ = garbled()
    await one.send(jidOf(friend), 'unreadable at first', id)
    await ackOf(one, id)
    await until('the phone has asked', () => held.ids().includes(id))
    await one.device.close()
  }
  expect([...disk.rows.keys()].filter((key) => key.startsWith('outbox:'))).toEqual([])
  expect(await box.control.inbox(friend)).toMatchObject({ messages: [{ text: 'first' }], retries: 1 })

  const asked: string[] = []
  await using next = await rig(box, {
    store: memoryDevice({ disk }),
    epoch: 2,
    lookup: async (messageId) => {
      asked.push(messageId)
      return messageId === id ? textMessage('unreadable at first') : undefined
    },
  })
  next.connect()
  await until('the friend reads it', async () => (await box.control.inbox(friend)).messages.length === 2)
  const { messages, undecryptable } = await box.control.inbox(friend)
  expect(messages).toMatchObject([{ text: 'first' }, { id, text: 'unreadable at first' }])
  expect(undecryptable).toBe(0)
  expect(asked).toContain(id)
})

test('a message that we cannot read is on record, asked for again, and read under the same id', async () => {
  const { one, disk, number } = await linked()
  const friend = newNumber()
  await box.control.send(friend, { to: number, text: 'first' })
  await until('first', () => one.texts().size === 1)
  await one.send(jidOf(friend), 'so that the session is settled')
  await until('it is settled', () => one.device.waiting() === 0)
  await one.device.close()
  for (const key of disk.rows.keys()) if (key.startsWith('session:')) disk.rows.delete(key)

  await using next = await rig(box, { store: memoryDevice({ disk }), epoch: 2 })
  next.connect()
  await next.untilOpen()
  const { id } = await box.control.send(friend, { to: number, text: 'cannot be read at first' })
  await until('it is read', () => next.texts().get(id) === 'cannot be read at first')
  const about = next.rows.filter((row) => 'stanza' in row && 'id' in row.stanza && row.stanza.id === id)
  expect(about.map(({ kind }) => kind)).toEqual(['undecryptable', 'message'])
})

test('logout tells WhatsApp, erases everything and says what was never sent', async () => {
  const { one, disk, number } = await linked()
  await one.connection.end('so that nothing is sent')
  await one.send(jidOf(newNumber()), 'never sent', '3EB0NEVER')
  one.connect()
  await until('it is open', () => one.connection.state === 'open')
  await until('it was sent after all', () => one.device.waiting() === 0)
  const unsent = await one.device.logout()
  expect(unsent).toEqual([])
  expect(disk.rows.size).toBe(0)
  expect((await box.control.phones()).find((phone) => phone.number === number)?.devices).toEqual([])
  expect(one.closes.at(-1)?.name).toBe('ended')
  await expect(one.device.accept({ id: 'X', to: jidOf(number), message: textMessage('x') })).rejects.toThrow(
    DeviceClosed,
  )

  await using fresh = await rig(box, { store: memoryDevice({ disk }), epoch: 2, scan: number })
  expect(fresh.device.linked).toBe(false)
  fresh.connect()
  await fresh.untilOpen()
})

test('forget without a connection names the messages that were never sent', async () => {
  const { one, disk } = await linked()
  await one.connection.end('so that nothing is sent')
  const id = await one.send(jidOf(newNumber()), 'never sent')
  expect(await one.device.forget()).toEqual([id])
  expect(disk.rows.size).toBe(0)
})

test('close lets go what is on its way, and what is not stays for the next owner', async () => {
  const { one, disk } = await linked()
  const friend = newNumber()
  const sent = Array.from({ length: 30 }, (_, n) => one.send(jidOf(friend), `message ${n}`))
  await one.device.close()
  await Promise.allSettled(sent)
  await using next = await rig(box, { store: memoryDevice({ disk }), epoch: 2 })
  next.connect()
  await until('all are there', async () => (await box.control.inbox(friend)).messages.length === 30)
  expect(await box.control.inbox(friend)).toMatchObject({ undecryptable: 0, retries: 0 })
})
