import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Session } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { type ConnectorWorld, connectorWorld } from '../support/connector.ts'
import { until } from '../support/until.ts'

const ANN = '4915100000099'
let world: ConnectorWorld
let line: Session
let number: string
let lines = 0

beforeAll(async () => {
  world = await connectorWorld({
    // Long enough that no line is given up because this machine is busy: every status is looked at.
    timing: {
      PROBE_AFTER_MS: 500,
      PROBE_TIMEOUT_MS: 4_000,
      CONNECT_TIMEOUT_MS: 6_000,
      STABLE_AFTER_MS: 1_000,
    },
  })
  await world.connector()
})
afterAll(() => world.close())

const freshLine = async (settings: Parameters<ConnectorWorld['line']>[1] = {}) => {
  number = `491520000000${10 + ++lines}`
  line = await world.line(number, { reconnectInterval: 100, ...settings })
}
const since = async (earlier: string[]) => (await world.statuses(line.id)).slice(earlier.length)
const reaches = async (text: string) => {
  await world.send(line.id, `+${ANN}`, text)
  await until(`"${text}" at the phone`, async () =>
    (await world.phones.inbox(ANN)).messages.some((message) => message.text === text && message.copies === 1),
  )
}
const healed = async (before: string[]) =>
  until('healed', async () => {
    const after = await since(before)
    return after.length > 1 && after.at(-1) === 'connected' && after
  })

test('drop: connects again at once, says why, and carries what was accepted meanwhile', async () => {
  await freshLine()
  const before = await world.statuses(line.id)
  await world.phones.fault({ kind: 'drop', number })
  expect(await healed(before)).toEqual(['connecting: connection_closed', 'connected'])
  await reaches('after a drop')
})

test('refuse: waits longer and longer, and is connected when the door is open again', async () => {
  await freshLine()
  const before = await world.statuses(line.id)
  await world.phones.fault({ kind: 'refuse' })
  await world.phones.fault({ kind: 'drop', number })
  const refused = () => since(before).then((seen) => seen.includes('connecting: connection_refused'))
  await until('refused', refused)
  const messageId = await world.send(line.id, `+${ANN}`, 'accepted while refused')
  await until('queued', async () => (await world.message(line.id, messageId))?.status === 'queued')
  await world.phones.fault({ kind: 'refuse', off: true })
  await healed(before)
  await until('sent at last', async () =>
    (await world.phones.inbox(ANN)).messages.some(({ id, copies }) => id === messageId && copies === 1),
  )
})

test('stall: a line that says nothing is noticed and healed without anyone asking', async () => {
  await freshLine()
  const before = await world.statuses(line.id)
  await world.phones.fault({ kind: 'stall', number })
  await until('noticed', async () => (await since(before)).includes('connecting: connection_lost'))
  await world.phones.fault({ kind: 'stall', number, off: true })
  await healed(before)
  await reaches('after a stall')
})

test('replace: stops, names it and says what to do; a restart goes on', async () => {
  await freshLine()
  await world.phones.fault({ kind: 'replace', number })
  const { state, wanted } = await world.untilStatus(line.id, 'disconnected')
  expect(state).toMatchObject({ reason: 'replaced', linked: true })
  expect(state.action).toMatch(/restart the session$/)
  expect(wanted).toBe(false)
  await world.ask(line.id, 'restart')
  await world.untilStatus(line.id, 'connected')
  await reaches('after being replaced')
})

test('unavailable: waits and comes back', async () => {
  await freshLine()
  const before = await world.statuses(line.id)
  await world.phones.fault({ kind: 'unavailable', number, forMs: 700 })
  expect(await healed(before)).toContain('connecting: whatsapp_unavailable')
})

test('unlink: the device is erased, what waits fails, and a new scan links it anew', async () => {
  await freshLine()
  await world.phones.fault({ kind: 'refuse' })
  await world.phones.fault({ kind: 'drop', number })
  await until('refused', async () => (await world.find(line.id)).state.reason === 'connection_refused')
  const waiting = await world.send(line.id, `+${ANN}`, 'never to be sent')
  await until('queued', async () => (await world.message(line.id, waiting))?.status === 'queued')
  await world.phones.unlink(number)
  await world.phones.fault({ kind: 'refuse', off: true })
  const { state } = await until('unlinked', async () => {
    const session = await world.find(line.id)
    return session.state.status === 'disconnected' && !session.state.linked && session
  })
  expect(state).toMatchObject({
    reason: 'logged_out',
    action: 'Start the session and scan the QR code again',
  })
  expect(state.phoneNumber).toBeUndefined()
  await until('failed', async () => (await world.message(line.id, waiting))?.status === 'failed')
  expect(await world.message(line.id, waiting)).toMatchObject({ reason: 'logged_out' })
  await world.ask(line.id, 'start')
  await world.phones.scan(number, await world.qrOf(line.id))
  await world.untilStatus(line.id, 'connected')
  await reaches('after linking anew')
})

test('restrict: the message fails with a reason and the session stays', async () => {
  await freshLine()
  await world.phones.fault({ kind: 'restrict', number })
  const id = await world.send(line.id, `+${ANN}`, 'to a stranger')
  await until('failed', async () => (await world.message(line.id, id))?.status === 'failed')
  expect(await world.message(line.id, id)).toMatchObject({ reason: 'restricted' })
  await world.phones.fault({ kind: 'restrict', number, off: true })
  expect((await world.find(line.id)).state.status).toBe('connected')
})

test('late acks and duplicates: shown once, and everything in the ledger ends well', async () => {
  await freshLine()
  await world.phones.fault({ kind: 'late-acks', number, delayMs: 5_000 })
  await world.phones.fault({ kind: 'duplicate', number })
  const sent = await world.send(line.id, `+${ANN}`, 'late but once')
  await until('queued while the server says nothing', async () =>
    Boolean((await world.message(line.id, sent))?.times.queued),
  )
  const { id } = await world.phones.send(ANN, { to: number, text: 'twice on the wire' })
  await until('delivered', async () => (await world.message(line.id, sent))?.status === 'delivered')
  await world.phones.fault({ kind: 'late-acks', number, off: true })
  await world.phones.fault({ kind: 'duplicate', number, off: true })
  await world.phones.send(ANN, { to: number, text: 'the last one' })
  const received = await until('the last one', async () => {
    const found = (await world.events(line.id)).filter(({ type }) => type === 'message.received')
    return found.length >= 2 && found
  })
  expect(received.filter(({ payload }) => 'message' in payload && payload.message.id === id)).toHaveLength(1)
})

test('without autoReconnect, also when that was set while it was connected, a person is asked', async () => {
  await freshLine()
  await Sessions.change(world.store, line.id, { settings: { autoReconnect: false } })
  await world.phones.fault({ kind: 'drop', number })
  const { state } = await world.untilStatus(line.id, 'disconnected')
  expect(state).toMatchObject({ reason: 'connection_closed', action: 'Please restart the session' })
})

test('after maxReconnectAttempts a person is asked', async () => {
  await freshLine({ maxReconnectAttempts: 2 })
  await world.phones.fault({ kind: 'refuse' })
  await world.phones.fault({ kind: 'drop', number })
  const { state } = await world.untilStatus(line.id, 'disconnected')
  expect(state).toMatchObject({ reason: 'connection_refused', action: 'Please restart the session' })
  await world.phones.fault({ kind: 'refuse', off: true })
})
