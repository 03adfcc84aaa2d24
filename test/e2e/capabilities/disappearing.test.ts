import { expect } from 'vitest'
import { type CapabilityWorld, capability, jidOf, oneLine } from '../../support/capability.ts'
import { png } from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const [ANN, BOB, CAT] = ['4915100000002', '4915100000003', '4915100000004']
const [DAN, EVE] = ['4915100000005', '4915100000006']
const [DAY, WEEK] = [86_400, 604_800]
let w: CapabilityWorld
let id: string

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

const timerOf = async (chatId: string): Promise<number | undefined> => {
  const { body } = await w.call<{ chat?: { disappearingSeconds: number } }>(
    'GET',
    `/api/sessions/${id}/chats/${chatId}`,
  )
  return body.chat?.disappearingSeconds
}
const set = (chatId: string, disappearingSeconds: number) =>
  w.call('PATCH', `/api/sessions/${id}/chats/${chatId}`, { disappearingSeconds })
const image = { base64: png.toString('base64'), caption: 'Look' }

capability(
  'Let what is said in a chat disappear, and stay again',
  'PATCH /api/sessions/{sessionId}/chats/{chatId} {disappearingSeconds} · GET /api/sessions/{sessionId}/chats/{chatId}',
  async () => {
    expect((await set(`+${ANN}`, DAY)).status).toBe(200)
    await until('Ann’s phone hears of it', async () =>
      (await w.phones.inbox(ANN)).messages.some(
        ({ type, seconds }) => type === 'disappearing' && seconds === DAY,
      ),
    )
    expect(await timerOf(`+${ANN}`)).toBe(DAY)
    for (const message of [{ text: 'Gone tomorrow' }, { image }]) {
      const sent = await w.sends(id, { to: ANN, ...message })
      expect(await w.atPhone(ANN, sent.id)).toMatchObject({ disappearingSeconds: DAY })
      const { payload } = await w.event(id, 'message.sent', (one) => one.message.id === sent.id)
      expect(payload.message.disappearingSeconds).toBe(DAY)
    }
    const elsewhere = await w.sends(id, { to: BOB, text: 'Here to stay' })
    expect(await w.atPhone(BOB, elsewhere.id)).not.toHaveProperty('disappearingSeconds')

    expect((await set(`+${ANN}`, 0)).status).toBe(200)
    const stays = await w.sends(id, { to: ANN, text: 'And this stays' })
    expect(await w.atPhone(ANN, stays.id)).not.toHaveProperty('disappearingSeconds')
    expect(await timerOf(`+${ANN}`)).toBe(0)
    expect((await set(`+${ANN}`, 17)).body).toMatchObject({ code: 'VALIDATION_ERROR' })
  },
)

capability(
  'Hear that somebody has set a chat to disappear, and do likewise',
  'GET /api/sessions/{sessionId}/chats/{chatId}',
  async () => {
    await w.phones.send(BOB, { to: PHONE, disappearing: { seconds: WEEK } })
    const { payload } = await w.event(id, 'chat.updated', ({ chatId }) => chatId === jidOf(BOB))
    expect(payload.changes).toEqual({ disappearingSeconds: WEEK })
    expect(await timerOf(`+${BOB}`)).toBe(WEEK)
    const theirs = await w.phones.send(BOB, { to: PHONE, text: 'In a week', disappearingSeconds: WEEK })
    expect(await w.received(id, theirs.id)).toMatchObject({ text: 'In a week', disappearingSeconds: WEEK })
    const ours = await w.sends(id, { to: BOB, text: 'Ours too', replyTo: theirs.id })
    expect(await w.atPhone(BOB, ours.id)).toMatchObject({ disappearingSeconds: WEEK, replyTo: theirs.id })
  },
)

capability(
  'Know of a chat that was set before, also with another connector',
  'POST /api/messages {text}',
  async () => {
    const theirs = await w.phones.send(CAT, { to: PHONE, text: 'As ever', disappearingSeconds: DAY })
    await w.received(id, theirs.id)
    await until('the chat shows it', async () => (await timerOf(`+${CAT}`)) === DAY)
    const [connector] = w.running
    await connector?.stop()
    await w.connector()
    const ours = await w.sends(id, { to: CAT, text: 'As ever' })
    expect(await w.atPhone(CAT, ours.id)).toMatchObject({ disappearingSeconds: DAY })
  },
)

capability(
  'Know of chats that were set before the session was linked, though nobody writes in them',
  'POST /api/messages {text} · GET /api/sessions/{sessionId}/chats/{chatId}',
  async () => {
    await w.phones.send(EVE, { to: DAN, text: 'Long ago' })
    await w.phones.send(EVE, { to: DAN, disappearing: { seconds: WEEK } })
    await w.phones.send(ANN, { to: DAN, text: 'Here to stay' })
    await w.phones.send(ANN, { to: DAN, disappearing: { seconds: WEEK } })
    await w.phones.send(DAN, { to: ANN, disappearing: { seconds: 0 } })
    const late = (await w.line(DAN)).id
    await w.event(late, 'chat.updated', ({ chatId }) => chatId === jidOf(EVE))
    const path = `/api/sessions/${late}/chats/+${EVE}`
    expect((await w.call('GET', path)).body).toMatchObject({ chat: { disappearingSeconds: WEEK } })
    const ours = await w.sends(late, { to: EVE, text: 'As agreed' })
    expect(await w.atPhone(EVE, ours.id)).toMatchObject({ disappearingSeconds: WEEK })
    const other = await w.sends(late, { to: ANN, text: 'As ever' })
    expect(await w.atPhone(ANN, other.id)).not.toHaveProperty('disappearingSeconds')
  },
)

capability(
  'Let what is said in a group disappear',
  'PATCH /api/sessions/{sessionId}/groups/{groupId} {disappearingSeconds}',
  async () => {
    const group = (await w.phones.createGroup({ creator: PHONE, subject: 'Team', participants: [ANN] })).id
    const path = `/api/sessions/${id}/groups/${group}`
    expect((await w.call('PATCH', path, { disappearingSeconds: WEEK })).body).toMatchObject({
      group: { disappearingSeconds: WEEK },
    })
    const sent = await w.sends(id, { to: group, text: 'Gone in a week' })
    expect(await w.atPhone(ANN, sent.id)).toMatchObject({ to: group, disappearingSeconds: WEEK })
    expect(await timerOf(group)).toBe(WEEK)
    expect(await w.phones.stats()).toMatchObject({ unknownQueries: {}, problems: [] })
  },
)
