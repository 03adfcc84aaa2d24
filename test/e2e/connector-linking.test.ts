import { afterAll, beforeAll, expect, test } from 'vitest'
import { send } from '#core/send.ts'
import type { Session } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { type ConnectorWorld, connectorWorld } from '../support/connector.ts'
import { until } from '../support/until.ts'

const ANN = '4915100000099'
/** Short, and long enough that a phone finds the code still good that it has just read. */
const QR_TIMEOUT_MS = 2_500
let world: ConnectorWorld
let phones = 0

beforeAll(async () => {
  world = await connectorWorld({ timing: { QR_TIMEOUT_MS }, sandbox: { qrRefs: 4 } })
  await world.connector()
})
afterAll(() => world.close())

const newNumber = () => `491530000000${10 + ++phones}`
const statuses = (id: string) => world.statuses(id)
const anotherQr = (id: string, former: string) =>
  until('another QR', async () => {
    const text = (await world.find(id)).state.qr?.text
    return text !== former && text
  })
const done = async ({ id, intent }: Session) =>
  until('intent done', async () => {
    const session = await world.find(id)
    return session.state.doneIntent === intent?.n && session
  })
const devicesOf = async (number: string) =>
  (await world.phones.phones()).find((person) => person.number === `+${number}`)?.devices ?? []

test('the QR changes while nobody scans it, an old one of the same round is still good', async () => {
  const { id } = await world.session()
  await world.ask(id, 'start')
  const first = await world.qrOf(id)
  const second = await anotherQr(id, first)
  const { qr } = (await world.find(id)).state
  expect(Date.parse(qr?.expiresAt ?? '')).toBeGreaterThan(Date.now() - QR_TIMEOUT_MS)
  expect(second).not.toBe(first)
  await world.phones.scan(newNumber(), first)
  await world.untilStatus(id, 'connected')
  expect((await statuses(id)).filter((status) => status === 'qr_generated')).toHaveLength(1)
})

test('when all codes are used up it says so, and a start begins again', async () => {
  const { id } = await world.session()
  await world.ask(id, 'start')
  const { state, wanted } = await world.untilStatus(id, 'disconnected')
  expect(state).toMatchObject({
    reason: 'qr_expired',
    action: 'Start the session and scan the QR code again',
  })
  expect(state.qr).toBeUndefined()
  expect(wanted).toBe(false)
  await world.ask(id, 'start')
  await world.phones.scan(newNumber(), await world.qrOf(id))
  await world.untilStatus(id, 'connected')
})

test('two starts at the same time, and a start of a started session, change nothing', async () => {
  const { id } = await world.session()
  const asked = await Promise.all([world.ask(id, 'start'), world.ask(id, 'start')])
  await world.phones.scan(newNumber(), await world.qrOf(id))
  await world.untilStatus(id, 'connected')
  await done(asked[0])
  const before = await statuses(id)
  await done(await world.ask(id, 'start'))
  expect(await statuses(id)).toEqual(before)
  expect(before.filter((status) => status === 'qr_generated')).toHaveLength(1)
})

test('stop ends it without unlinking, start connects again without a QR', async () => {
  const { id } = await world.line(newNumber())
  const stopped = await done(await world.ask(id, 'stop'))
  expect(stopped).toMatchObject({ wanted: false, state: { status: 'inactive', linked: true } })
  const before = await statuses(id)
  await world.ask(id, 'start')
  await world.untilStatus(id, 'connected')
  expect((await statuses(id)).slice(before.length)).toEqual(['connecting', 'connected'])
})

test('restart connects anew', async () => {
  const { id } = await world.line(newNumber())
  const before = await statuses(id)
  await done(await world.ask(id, 'restart'))
  await world.untilStatus(id, 'connected')
  expect((await statuses(id)).slice(before.length)).toEqual(['connecting: restart', 'connected'])
})

test('logout removes the device at WhatsApp and here', async () => {
  const number = newNumber()
  const { id } = await world.line(number)
  expect(await devicesOf(number)).toHaveLength(1)
  const { state, wanted } = await done(await world.ask(id, 'logout'))
  expect(state).toMatchObject({ status: 'inactive', linked: false })
  expect(state.phoneNumber).toBeUndefined()
  expect(wanted).toBe(false)
  expect(await devicesOf(number)).toHaveLength(0)
})

test('clear-auth of a running session goes on with a fresh QR', async () => {
  const number = newNumber()
  const { id } = await world.line(number)
  await done(await world.ask(id, 'clear-auth'))
  expect(await devicesOf(number)).toHaveLength(0)
  await world.phones.scan(newNumber(), await world.qrOf(id))
  await world.untilStatus(id, 'connected')
})

test('a stopped session that is logged out, or deleted, leaves the phone', async () => {
  for (const action of ['logout', 'delete'] as const) {
    const number = newNumber()
    const { id } = await world.line(number)
    await done(await world.ask(id, 'stop'))
    expect(await devicesOf(number)).toHaveLength(1)
    if (action === 'delete') await Sessions.remove(world.domain, await world.find(id))
    else await world.ask(id, action)
    await until(
      `${action}: the phone has lost its device`,
      async () => (await devicesOf(number)).length === 0,
    )
  }
})

test('clear-auth of a stopped session leaves it stopped, and unlinked', async () => {
  const { id } = await world.line(newNumber())
  await done(await world.ask(id, 'stop'))
  const { state } = await done(await world.ask(id, 'clear-auth'))
  expect(state).toMatchObject({ status: 'inactive', linked: false })
})

test('clear-auth while a QR is shown shows another one', async () => {
  const { id } = await world.session()
  await world.ask(id, 'start')
  const first = await world.qrOf(id)
  await world.ask(id, 'clear-auth')
  const secret = (qr: string) => qr.split(',')[3]
  await until('keys of its own', async () => {
    const text = (await world.find(id)).state.qr?.text
    return text && secret(text) !== secret(first)
  })
})

test('delete logs out and leaves nothing behind, also while it is connecting', async () => {
  const number = newNumber()
  const linked = await world.line(number)
  await world.send(linked.id, `+${ANN}`, 'before the end')
  await Sessions.remove(world.domain, await world.find(linked.id))
  await until('gone', async () => (await Sessions.find(world.store, linked.id)) === undefined)
  expect(await devicesOf(number)).toHaveLength(0)
  expect(await world.events(linked.id)).toEqual([])

  const { id } = await world.session()
  await world.ask(id, 'start')
  await Sessions.remove(world.domain, await world.find(id))
  await until('gone', async () => (await Sessions.find(world.store, id)) === undefined)
})

test('what is accepted and comes too late for the link fails with a reason', async () => {
  const { id } = await world.line(newNumber())
  await done(await world.ask(id, 'stop'))
  const session = await world.find(id)
  const pretended = { ...session, wanted: true, state: { ...session.state, status: 'connected' as const } }
  const { message } = await send(world.domain, pretended, { to: `+${ANN}`, text: 'too late' })
  await done(await world.ask(id, 'logout'))
  await until('failed', async () => (await world.message(id, message.id))?.status === 'failed')
})
