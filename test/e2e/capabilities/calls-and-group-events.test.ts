import { expect } from 'vitest'
import { type CapabilityWorld, capability, oneLine } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
let w: CapabilityWorld
let id: string

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

capability(
  'Hear of calls and reject them',
  'POST /api/sessions/{sessionId}/calls/{callId}/reject',
  async () => {
    const { id: callId } = await w.phones.call(ANN, PHONE, true)
    const { payload } = await w.event(id, 'call.received', ({ call }) => call.id === callId)
    expect(payload.call).toMatchObject({ from: `+${ANN}`, status: 'ringing', isVideo: true })
    const { status } = await w.call('POST', `/api/sessions/${id}/calls/${callId}/reject`, {
      from: payload.call.from,
    })
    expect(status).toBe(200)
    await until('it is rejected', async () => (await w.phones.callState(callId)).state === 'rejected')
    await w.phones.hangUp(callId)
    await w.event(id, 'call.ended', ({ call }) => call.id === callId)
  },
)

capability('Hear of what happens in groups', 'GET /api/sessions/{sessionId}/events', async () => {
  const { id: groupId } = await w.phones.createGroup({ creator: ANN, subject: 'News', participants: [PHONE] })
  const made = await w.event(id, 'group.updated', (payload) => payload.groupId === groupId)
  expect(made.payload).toMatchObject({
    by: { phoneNumber: `+${ANN}` },
    changes: { created: true, subject: 'News' },
  })

  const own = await w.call<{ group: { id: string } }>('POST', `/api/sessions/${id}/groups`, {
    subject: 'Ours',
    participants: [`+${ANN}`],
  })
  const other = await w.line(BOB)
  const path = `/api/sessions/${id}/groups/${own.body.group.id}`
  await w.call('POST', `${path}/participants/add`, { participants: [`+${BOB}`] })
  await w.call('PATCH', path, { subject: 'Yours', description: 'For all', announce: true })
  for (const changes of [{ subject: 'Yours' }, { description: 'For all' }, { announce: true }])
    await until(JSON.stringify(changes), async () =>
      (await w.events(other.id)).some(
        ({ type, payload }) =>
          type === 'group.updated' && JSON.stringify(payload.changes) === JSON.stringify(changes),
      ),
    )
  await w.call('POST', `${path}/participants/promote`, { participants: [`+${BOB}`] })
  const promoted = await w.event(other.id, 'group.participants', ({ action }) => action === 'promote')
  expect(promoted.payload).toMatchObject({
    participants: [{ phoneNumber: `+${BOB}` }],
    by: { phoneNumber: `+${PHONE}` },
  })
  const { body } = await w.call('GET', `/api/sessions/${other.id}/events?limit=1000`)
  expect(body.success).toBe(true)
  expect((await w.phones.stats()).unknownQueries).toEqual({})
})
