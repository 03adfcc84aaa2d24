import { expect } from 'vitest'
import { type CapabilityWorld, capability, oneLine, type Shown } from '../../support/capability.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

const later = async (text: string, inMs: number) => {
  const sendAt = new Date(Date.now() + inMs).toISOString()
  const { status, body } = await w.call<{ message: Shown & { sendAt: string } }>('POST', '/api/messages', {
    sessionId: id,
    to: ANN,
    text,
    sendAt,
  })
  expect(status).toBe(202)
  expect(body.message).toMatchObject({ status: 'accepted', sendAt })
  return body.message
}

capability('Send later', 'POST /api/messages {sendAt}', async () => {
  const inAnHour = await later('Good evening', 3_600_000)
  const message = await later('Good morning', 2_500)
  const sent = await w.sends(id, { to: ANN, text: 'Before that' })
  await w.atPhone(ANN, sent.id)
  const arrived = await w.atPhone(ANN, message.id)
  expect(Date.parse(arrived.timestamp)).toBeGreaterThanOrEqual(Date.parse(message.sendAt))
  expect(arrived.copies).toBe(1)
  expect((await w.phones.inbox(ANN)).messages.map((entry) => entry.id)).not.toContain(inAnHour.id)
})

capability('Cancel what was to be sent later', 'DELETE /api/messages/{messageId}', async () => {
  const message = await later('Never mind', 8_000)
  const { status, body } = await w.call('DELETE', `/api/messages/${message.id}`)
  expect(status).toBe(202)
  expect(body).toMatchObject({ message: { id: message.id, status: 'failed', reason: 'cancelled' } })
  const marker = await later('A marker', 9_000)
  await w.atPhone(ANN, marker.id)
  expect((await w.phones.inbox(ANN)).messages.map((entry) => entry.id)).not.toContain(message.id)
})

capability(
  'A connector that takes over sends nothing before its time',
  'POST /api/messages {sendAt}',
  async () => {
    const message = await later('After the change', 6_000)
    const [connector] = w.running
    await connector?.stop()
    await w.connector()
    const back = await w.sends(id, { to: ANN, text: 'I am back' })
    await w.atPhone(ANN, back.id)
    const arrived = await w.atPhone(ANN, message.id)
    expect(Date.parse(arrived.timestamp)).toBeGreaterThanOrEqual(Date.parse(message.sendAt))
  },
)

capability('Refuse times that make no sense', 'POST /api/messages {sendAt}', async () => {
  for (const sendAt of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', 'tomorrow'])
    expect(
      await w.call('POST', '/api/messages', { sessionId: id, to: ANN, text: 'x', sendAt }),
    ).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR' },
    })
  expect((await w.phones.stats()).unknownQueries).toEqual({})
})
