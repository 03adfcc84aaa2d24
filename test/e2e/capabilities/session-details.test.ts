import { afterAll, beforeAll, expect } from 'vitest'
import type { Session } from '#core/session.ts'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const [OWN, CAROL] = ['4915100000001', '4915100000003']
let w: CapabilityWorld
let line: Session

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  line = await w.line(OWN)
})
afterAll(() => w.close())

type Details = {
  status: string
  phoneNumber: string | null
  lastActivity: string | null
  reason?: string
  action?: string
  me: { id: string; phoneNumber: string; lid: string; pushName: string | null } | null
  connectionInfo: { connectedAt: string; clientVersion: string; deviceModel: string }
  messageStats: { sent: number; received: number; failed: number }
  performance: Record<string, string | number | null>
  statusHistory: { status: string; was?: string; reason?: string }[]
}
const devicesOf = async (number: string) =>
  (await w.phones.phones()).find((phone) => phone.number === `+${number}`)?.devices
const details = async (id: string) =>
  (await w.call<{ session: Details }>('GET', `/api/sessions/${id}`)).body.session

capability(
  'Show a session: whom it speaks for, how it is connected, what went through it and how fast',
  'GET /api/sessions/{id}',
  async () => {
    await w.sends(line.id, { to: `+${CAROL}`, text: 'hello' })
    const { id } = await w.phones.send(CAROL, { to: OWN, text: 'hi' })
    await w.received(line.id, id)

    const session = await details(line.id)
    expect(session).toMatchObject({
      status: 'connected',
      phoneNumber: `+${OWN}`,
      me: { id: `${OWN}@s.whatsapp.net`, phoneNumber: `+${OWN}`, lid: expect.stringMatching(/^\d+@lid$/) },
      connectionInfo: {
        connectedAt: expect.any(String),
        clientVersion: expect.stringMatching(/^2\.\d+\.\d+$/),
        deviceModel: 'iPhone',
      },
      messageStats: { sent: 1, received: 1, failed: 0 },
      messageQueue: 0,
      performance: {
        averageResponseTime: expect.stringMatching(/^\d+(\.\d)?s$/),
        uptime: expect.stringMatching(/^\d+(\.\d)?%$/),
        messagesPerHour: expect.any(Number),
        errorRate: '0%',
      },
    })
    expect(session.lastActivity).not.toBeNull()
    expect(Number(session.performance.messagesPerHour)).toBeGreaterThan(0)
  },
)

capability('Whom a session speaks for', 'GET /api/sessions/{id}/me', async () => {
  const { body } = await w.call(`GET`, `/api/sessions/${line.id}/me`)
  expect(body.me).toMatchObject({ id: `${OWN}@s.whatsapp.net`, phoneNumber: `+${OWN}` })
})

capability(
  'The statuses a session went through, with times and reasons',
  'GET /api/sessions/{id}/status/history',
  async () => {
    await w.phones.fault({ kind: 'drop', number: OWN })
    const statuses = await until('the break in the history', async () => {
      const path = `/api/sessions/${line.id}/status/history?limit=100`
      const { body } = await w.call<{ statusHistory: Details['statusHistory'] }>('GET', path)
      return body.statusHistory.some(({ was }) => was === 'connected') && body.statusHistory
    })
    expect(statuses.find(({ was }) => was === 'connected')).toMatchObject({
      status: 'connecting',
      reason: 'connection_closed',
    })
    await w.untilStatus(line.id, 'connected')
  },
)

capability(
  'One session per phone number: the second link is named, and the first stays',
  'POST /api/sessions · GET /api/sessions/{id}',
  async () => {
    const { body } = await w.call<{ session: { id: string } }>('POST', '/api/sessions', { name: 'second' })
    const { id } = body.session
    await w.call('POST', `/api/sessions/${id}/start`)
    await w.phones.scan(OWN, await w.qrOf(id))

    const refused = await until('the second link to be refused', async () => {
      const session = await details(id)
      return (
        session.status === 'disconnected' && session.me === null && session.phoneNumber === null && session
      )
    })
    expect(refused).toMatchObject({
      reason: 'number_already_linked',
      action: expect.stringContaining(line.id),
    })
    await until('the second device to leave', async () => (await devicesOf(OWN))?.length === 1)
    expect((await details(line.id)).status).toBe('connected')
    await w.sends(line.id, { to: `+${CAROL}`, text: 'still here' })

    // The number is free once the first session has let go of it.
    await w.call('POST', `/api/sessions/${line.id}/logout`)
    await w.untilStatus(line.id, 'inactive')
    await w.call('POST', `/api/sessions/${id}/start`)
    await w.phones.scan(OWN, await w.qrOf(id))
    await w.untilStatus(id, 'connected')
  },
)

capability(
  'A link that the phone has removed is named, with what to do',
  'POST /api/messages {text}',
  async () => {
    const number = '4915100000007'
    const { id } = await w.line(number)
    await w.phones.unlink(number)
    await w.untilStatus(id, 'disconnected')
    const { status, body } = await w.call('POST', '/api/messages', {
      sessionId: id,
      to: `+${CAROL}`,
      text: 'anybody there?',
    })
    expect({ status, ...body }).toMatchObject({
      status: 400,
      code: 'AUTH_EXPIRED',
      details: {
        currentStatus: 'disconnected',
        reason: 'logged_out',
        action: expect.stringContaining('scan'),
      },
    })
  },
)
