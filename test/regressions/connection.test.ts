/**
 * How connections end, and that each one says so: Baileys never notices a refused upgrade, waits half a minute for a
 * server that does not hang up, and calls several different ends 408.
 */
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { type ConnectSettings, NotConnected } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, type Rig, rig } from '../support/device.ts'
import { spoiled } from '../support/stanzas.ts'
import { until } from '../support/until.ts'

const BOB = '+15550000002'
let box: Sandbox
let people = 0
const newNumber = () => `+1666100${String(++people).padStart(4, '0')}`
beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 20, qrRefs: 2 })
})
afterAll(() => box.close())

const linked = async (number: string, settings: ConnectSettings = {}) => {
  const one = await rig(box, { store: memoryDevice(), scan: number, settings })
  one.connect()
  await one.untilOpen()
  one.closes.length = 0
  return one
}
const untilClosed = (one: Rig, name: string) =>
  until(`it closes as ${name}`, () => one.closes.find((closed) => closed.name === name))
const fault = async (kind: 'drop' | 'stall' | 'replace' | 'unavailable' | 'refuse', number: string) => {
  await box.control.fault({ kind, number })
  await box.control.fault({ kind, number, off: true })
}

test('a dropped line closes as closed, and heals', async () => {
  const number = newNumber()
  await using one = await linked(number)
  await fault('drop', number)
  expect(await untilClosed(one, 'closed')).toMatchObject({ code: 428 })
  await until('it is open again', () => one.opens === 2)
})

test('a replaced connection says so', async () => {
  const number = newNumber()
  await using one = await linked(number)
  await fault('replace', number)
  expect(await untilClosed(one, 'replaced')).toMatchObject({ code: 440 })
})

test('an unavailable server says so', async () => {
  const number = newNumber()
  await using one = await linked(number)
  await fault('unavailable', number)
  expect(await untilClosed(one, 'unavailable')).toMatchObject({ code: 503 })
})

test('a device that the phone removed is logged out, for good', async () => {
  const number = newNumber()
  await using one = await linked(number)
  await box.control.unlink(number)
  expect(await untilClosed(one, 'logged-out')).toMatchObject({ code: 401 })
  one.connect()
  await until('it is told again', () => one.closes.filter(({ name }) => name === 'logged-out').length === 2)
  expect(one.device.linked).toBe(true)
})

test('a refused upgrade is noticed at once', async () => {
  await box.control.fault({ kind: 'refuse' })
  await using one = await rig(box, { store: memoryDevice(), reconnect: false })
  const began = Date.now()
  one.connect()
  const closed = await untilClosed(one, 'refused')
  await box.control.fault({ kind: 'refuse', off: true })
  expect(closed.code).toBeGreaterThanOrEqual(400)
  expect(Date.now() - began).toBeLessThan(10_000)
})

test('a server that is not there is unreachable', async () => {
  await using one = await rig(
    { ...box, wsUrl: 'ws://127.0.0.1:1/ws/chat' },
    { store: memoryDevice(), reconnect: false },
  )
  one.connect()
  await untilClosed(one, 'unreachable')
})

test('a server that accepts and says nothing runs into the watchdog', async () => {
  const { server, port } = await silentServer()
  const options = { store: memoryDevice(), reconnect: false, settings: { connectTimeoutMs: 300 } }
  await using one = await rig({ ...box, wsUrl: `ws://127.0.0.1:${port}/ws/chat` }, options)
  one.connect()
  await untilClosed(one, 'connect-timeout')
  server.close()
})

test('a login that gets stuck runs into the watchdog', async () => {
  const number = newNumber()
  const disk = memoryDisk()
  const first = await rig(box, { store: memoryDevice({ disk }), scan: number })
  first.connect()
  await first.untilOpen()
  await first.device.close()
  await box.control.fault({ kind: 'stall', number })
  const options = { store: memoryDevice({ disk }), epoch: 2, settings: { connectTimeoutMs: 1_500 } }
  await using one = await rig(box, options)
  one.connect()
  await untilClosed(one, 'connect-timeout')
  await box.control.fault({ kind: 'stall', number, off: true })
  await one.untilOpen()
})

test('a probe measures a live line, and fails on one that stands still', async () => {
  const number = newNumber()
  await using one = await linked(number)
  expect(await one.connection.probe(10_000)).toBeLessThan(10_000)
  await box.control.fault({ kind: 'stall', number })
  await until('what was under way is here', () => Date.now() - one.connection.lastFrameAt > 200)
  const before = one.connection.lastFrameAt
  await expect(one.connection.probe(300)).rejects.toThrow()
  expect(one.connection.lastFrameAt).toBe(before)
  await box.control.fault({ kind: 'stall', number, off: true })
  expect(await one.connection.probe(10_000)).toBeLessThan(10_000)
})

test('a stalled line that nobody probes is lost after the keep-alive, within a second of noticing it', async () => {
  const number = newNumber()
  await using one = await linked(number, { keepAliveMs: 300 })
  await box.control.fault({ kind: 'stall', number })
  expect(await untilClosed(one, 'lost')).toMatchObject({ code: 408 })
  await box.control.fault({ kind: 'stall', number, off: true })
  await one.untilOpen()
})

test('codes come one after the other, with their times, and run out', async () => {
  await using one = await rig(box, {
    store: memoryDevice(),
    reconnect: false,
    settings: { qrTimeoutMs: 200 },
  })
  one.connect()
  await untilClosed(one, 'qr-expired')
  expect(one.qrs.length).toBe(2)
  expect(new Set(one.qrs).size).toBe(2)
  one.connect()
  await until('a new code', () => one.qrs.length >= 3)
  expect(new Set(one.qrs).size).toBe(one.qrs.length)
})

test('ending it says ended, once, and nothing after it', async () => {
  const number = newNumber()
  await using one = await linked(number)
  const { connection } = one
  await connection.end('enough')
  await connection.end('again')
  expect(one.closes).toMatchObject([{ name: 'ended', text: 'enough' }])
  expect(connection.state).toBe('closed')
  await expect(connection.probe(100)).rejects.toThrow(NotConnected)
  await expect(connection.ask('numbers.check', { numbers: [BOB] })).rejects.toThrow(NotConnected)
  await until('the server has noticed', async () =>
    (await box.control.phones()).some((phone) => phone.number === number && !phone.devices[0]?.connected),
  )
})

test('a second connect takes the place of the first', async () => {
  const number = newNumber()
  await using one = await linked(number)
  one.connect()
  await until('it is open again', () => one.opens === 2)
  expect(one.closes).toMatchObject([{ name: 'ended' }])
})

test('typing is told while it happens, in both directions', async () => {
  const number = newNumber()
  await using one = await linked(number)
  await box.control.send(BOB, { to: number, text: 'hello' })
  await until('hello', () => one.texts().size === 1)
  await box.control.typing(BOB, number, 'composing')
  await until('Bob types', () => one.presences.find(({ state }) => state === 'composing'))
  await box.control.typing(BOB, number, 'paused')
  await until('Bob pauses', () => one.presences.at(-1)?.state === 'available')
  await one.connection.ask('presence.typing', { chatId: jidOf(BOB), state: 'composing' })
})

test('an observer that fails does not break the connection', async () => {
  const number = newNumber()
  await using one = await rig(box, { store: memoryDevice(), scan: number })
  one.onOpen = () => {
    throw new Error('a fault of the supervisor')
  }
  one.connect()
  await one.untilOpen()
  await box.control.send(BOB, { to: number, text: 'still here' })
  await until('still here', () => one.texts().size === 1)
})

test.each(['stanza', 'listener'] as const)(
  'a broken %s ends neither the process nor the line: what comes behind is read, and it is on the next line',
  async (what) => {
    const number = newNumber()
    await using one = await linked(number)
    const write = async (text: string) => (await box.control.send(BOB, { to: number, text })).id
    // The first that comes is broken, and that shall be the message.
    await write('ahead')
    await until('it is read', () => one.texts().size === 1)
    await until('nothing of the login is under way', () => Date.now() - one.connection.lastFrameAt > 500)
    let broken: string
    {
      using spoil = spoiled(what)
      broken = await write('broken on its way')
      await until('it was tried', () => spoil.count > 0)
    }
    const good = await write('whole')
    await until('what comes behind is read', () => one.handed(good) === 1)
    expect([one.handed(broken), one.closes]).toEqual([0, []])
    await fault('drop', number)
    await until('all of it is read', () => one.handed(broken) === 1)
    expect(one.handed(good)).toBe(1)
  },
)

test('a group can be looked up, and messages marked as read', async () => {
  const number = newNumber()
  await using one = await linked(number)
  const { id } = await box.control.createGroup({ creator: number, subject: 'Us', participants: [BOB] })
  expect(await one.connection.ask('group.info', { groupId: id })).toMatchObject({ id, subject: 'Us' })
  const { id: message } = await box.control.send(BOB, { to: number, text: 'read me' })
  await until('it is there', () => one.texts().has(message))
  await one.connection.ask('messages.read', {
    messages: [{ chatId: jidOf(BOB), id: message, fromMe: false }],
  })
})

test('numbers can be looked up', async () => {
  const number = newNumber()
  await using one = await linked(number)
  await box.control.send(BOB, { to: number, text: 'I exist' })
  const { numbers } = await one.connection.ask('numbers.check', { numbers: [BOB, '+9990000000'] })
  expect(numbers).toMatchObject([
    { number: BOB, exists: true },
    { number: '+9990000000', exists: false },
  ])
})

/** Takes TCP connections and never says anything. */
async function silentServer(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, port: typeof address === 'object' && address ? address.port : 0 }
}
