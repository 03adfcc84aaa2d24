import pino from 'pino'
import { afterAll, beforeAll, expect } from 'vitest'
import { PROGRESS } from '#core/message.ts'
import type { SettingsChange } from '#core/settings.ts'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
let w: CapabilityWorld
let id: string
/** Ann has a session too, so that she sees what becomes of her messages. */
let hers: string
/** What the connector has logged. */
const lines: string[] = []

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector('c1', {}, pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }))
  id = (await w.line(PHONE)).id
  hers = (await w.line(ANN)).id
})
afterAll(() => w.close())

const change = async (settings: SettingsChange, of = id) => {
  const { status, body } = await w.call<{ pending: unknown[] }>('PUT', `/api/sessions/${of}/settings`, {
    settings,
  })
  expect(status).toBe(200)
  return body.pending
}
/** The connector has read its sessions anew: it has answered something that was asked of it behind that. */
const settled = async () => {
  const { status } = await w.call('POST', `/api/sessions/${id}/chats/${jidOf(BOB)}/typing`, {})
  expect(status).toBe(200)
  await w.sends(id, { to: BOB, text: 'The commands behind the change have been taken' })
}
const hasReached = ({ status }: { status: string }, goal: (typeof PROGRESS)[number]): boolean =>
  PROGRESS.indexOf(status as never) >= PROGRESS.indexOf(goal)
/** How much WhatsApp keeps for the devices of this number. */
const owed = async (): Promise<number> =>
  Object.entries((await w.phones.stats()).undelivered)
    .filter(([device]) => device.startsWith(`+${PHONE}:`))
    .reduce((sum, [, count]) => sum + count, 0)
const deviceAt = async (number: string) =>
  (await w.phones.phones()).find((phone) => phone.number === `+${number}`)?.devices.at(-1)

capability('Notes of your own in every event', 'PUT /api/sessions/{sessionId}/settings', async () => {
  await change({ metadata: { customer: '42' } })
  const { id: messageId } = await w.phones.send(ANN, { to: PHONE, text: 'Hello' })
  await w.received(id, messageId)
  const { body } = await w.call<{ events: { type: string; metadata?: object }[] }>(
    'GET',
    `/api/sessions/${id}/events?limit=1000`,
  )
  for (const event of body.events) expect(event.metadata).toEqual({ customer: '42' })
})

capability(
  'Choose the name of the device and its browser',
  'PUT /api/sessions/{sessionId}/settings',
  async () => {
    const shown = { deviceName: 'Shop in Bonn', browserName: 'Firefox' as const }
    expect(await change(shown)).toEqual([
      { setting: 'deviceName', needs: 'link' },
      { setting: 'browserName', needs: 'link' },
    ])
    const { id: other } = await w.line('4915100000009', { ...shown, historyDepth: 'year' })
    expect(await deviceAt('4915100000009')).toMatchObject({
      name: 'Shop in Bonn',
      browser: 'FIREFOX',
      fullHistory: true,
    })
    await w.call('DELETE', `/api/sessions/${other}`)
  },
)

capability('Be shown as online, or not', 'PUT /api/sessions/{sessionId}/settings', async () => {
  expect(await deviceAt(PHONE)).toMatchObject({ online: false, fullHistory: false })
  expect(await change({ markOnline: true })).toEqual([])
  await until('it is shown as online', async () => (await deviceAt(PHONE))?.online)
  await change({ markOnline: null })
  await until('it is not shown as online any more', async () => !(await deviceAt(PHONE))?.online)
})

capability(
  'Mark as read by itself, on request, or for oneself alone',
  'PUT /api/sessions/{sessionId}/settings · POST /api/sessions/{sessionId}/chats/{chatId}/read',
  async () => {
    const isRead = async (messageId: string) => (await w.shown(hers, messageId)).status === 'read'
    const delivered = (messageId: string) =>
      until('it is delivered', async () => hasReached(await w.shown(hers, messageId), 'delivered'))
    await change({ readReceipts: 'never' })
    await settled()
    const quiet = await w.sends(hers, { to: PHONE, text: 'Do you see that I am read?' })
    await delivered(quiet.id)
    await w.received(id, quiet.id)
    const { status } = await w.call('POST', `/api/sessions/${id}/chats/${jidOf(ANN)}/read`, {
      messageIds: [quiet.id],
    })
    expect(status).toBe(200)
    await change({ readReceipts: 'always' })
    await settled()
    const seen = await w.sends(hers, { to: PHONE, text: 'And now?' })
    await until('it is read by itself', () => isRead(seen.id))
    expect(await isRead(quiet.id)).toBe(false)
    await change({ readReceipts: null })
    await settled()
    const asked = await w.sends(hers, { to: PHONE, text: 'And if you are asked?' })
    await delivered(asked.id)
    await w.received(id, asked.id)
    expect(await isRead(asked.id)).toBe(false)
    await w.call('POST', `/api/sessions/${id}/chats/${jidOf(ANN)}/read`, { messageIds: [asked.id] })
    await until('it is read on request', () => isRead(asked.id))
  },
)

capability(
  'Ignore groups at the source, and hear of them again',
  'PUT /api/sessions/{sessionId}/settings',
  async () => {
    const { id: group } = await w.phones.createGroup({
      creator: ANN,
      subject: 'Noise',
      participants: [PHONE, BOB],
    })
    const first = await w.phones.send(ANN, { to: group, text: 'Before' })
    await w.received(id, first.id)
    await change({ ignore: { status: false, groups: true, channels: false, broadcast: false } })
    await settled()
    const unheard = [
      await w.phones.send(ANN, { to: group, text: 'A known sender' }),
      // Brings the key of a new sender along, which has to be read all the same.
      await w.phones.send(BOB, { to: group, text: 'A new sender' }),
      await w.phones.send(BOB, { to: group, text: 'The same again' }),
    ]
    const direct = await w.phones.send(BOB, { to: PHONE, text: 'In person' })
    await w.received(id, direct.id)
    await until('WhatsApp does not keep them for us', async () => (await owed()) === 0)
    // What we send there is followed up as ever.
    const ours = await w.sends(id, { to: group, text: 'From us' })
    await w.atPhone(BOB, ours.id)

    await change({ ignore: null })
    await settled()
    for (const sender of [ANN, BOB]) {
      const heard = await w.phones.send(sender, { to: group, text: 'Afterwards' })
      expect((await w.received(id, heard.id)).text).toBe('Afterwards')
    }
    const told = JSON.stringify(await w.events(id))
    for (const message of unheard) expect(told).not.toContain(message.id)
    expect(told).not.toContain('message.waiting')
  },
)

capability(
  'Ignore status updates, channels and broadcast lists',
  'PUT /api/sessions/{sessionId}/settings',
  async () => {
    const channel = await w.phones.createChannel({ creator: ANN, name: 'News' })
    await w.call('PUT', `/api/sessions/${id}/channels/${channel.id}/follow`)
    const list = '1700000000@broadcast'
    const say = (text: string) => [
      w.phones.send(ANN, { to: 'status', text, recipients: [PHONE] }),
      w.phones.send(ANN, { to: channel.id, text }),
      w.phones.send(ANN, { to: list, text, recipients: [PHONE, BOB] }),
    ]
    const texts = async () =>
      (await w.events(id)).flatMap(({ type, payload }) =>
        type === 'message.received' ? [payload.message.text] : [],
      )
    await change({ ignore: { status: true, groups: false, channels: true, broadcast: true } })
    await settled()
    await Promise.all(say('not to be heard'))
    const marker = await w.phones.send(ANN, { to: PHONE, text: 'To you alone' })
    await w.received(id, marker.id)
    await until('WhatsApp does not keep them for us', async () => (await owed()) === 0)
    expect(await texts()).not.toContain('not to be heard')
    await change({ ignore: null })
    await settled()
    await Promise.all(say('to be heard'))
    await until(
      'all three are heard',
      async () => (await texts()).filter((text) => text === 'to be heard').length === 3,
    )
    expect(await texts()).not.toContain('not to be heard')
  },
)

capability('Reject every call, with an answer', 'PUT /api/sessions/{sessionId}/settings', async () => {
  await change({ autoRejectCalls: { enabled: true, reply: 'Please write to us.' } })
  await settled()
  const { id: callId } = await w.phones.call(ANN, PHONE)
  await until('it is rejected', async () => (await w.phones.callState(callId)).state === 'rejected')
  const answer = await until('the answer', async () =>
    (await w.phones.inbox(ANN)).messages.find(({ text }) => text === 'Please write to us.'),
  )
  await until('the ledger knows it', async () => hasReached(await w.shown(id, answer.id), 'server'))
  await change({ autoRejectCalls: null })
  await settled()
  const second = await w.phones.call(ANN, PHONE)
  await w.event(id, 'call.received', ({ call }) => call.id === second.id)
  expect((await w.phones.callState(second.id)).state).toBe('ringing')
  await w.phones.hangUp(second.id)
})

capability(
  'Fetch only the files that are wanted, and others on request',
  'PUT /api/sessions/{sessionId}/settings · POST /api/sessions/{sessionId}/messages/{messageId}/media',
  async () => {
    const image = { data: sample.png.toString('base64'), mimetype: 'image/png' }
    await change({ autoDownload: { enabled: true, kinds: ['image'], maxSize: 1_000, from: ['chats'] } })
    await settled()
    const { id: group } = await w.phones.createGroup({ creator: ANN, subject: 'Pics', participants: [PHONE] })
    const wanted = await w.phones.send(ANN, { to: PHONE, image })
    const skipped = [
      await w.phones.send(ANN, { to: group, image }),
      await w.phones.send(ANN, { to: PHONE, document: { ...image, fileName: 'a.png' } }),
      await w.phones.send(ANN, {
        to: PHONE,
        image: { ...image, data: Buffer.concat([sample.png, Buffer.alloc(2_000)]).toString('base64') },
      }),
    ]
    await w.event(id, 'message.media', ({ target }) => target.messageId === wanted.id)
    for (const message of skipped)
      expect((await w.received(id, message.id)).media).toMatchObject({
        state: 'skipped',
        size: expect.any(Number),
      })

    const [inGroup] = skipped
    const path = `/api/sessions/${id}/messages/${inGroup?.id}/media`
    const { body } = await w.call<{ media: { state: string; url: string } }>('POST', path)
    expect(body.media).toMatchObject({ state: 'stored', mimetype: 'image/png' })
    const { pathname, search } = new URL(body.media.url)
    const file = await w.app.request(pathname + search)
    expect(Buffer.from(await file.arrayBuffer())).toEqual(sample.png)
    await w.event(id, 'message.media', ({ target }) => target.messageId === inGroup?.id)
    expect((await w.call('POST', path)).body).toMatchObject({ media: { state: 'stored' } })
    const text = await w.phones.send(ANN, { to: PHONE, text: 'No file' })
    await w.received(id, text.id)
    expect((await w.call('POST', `/api/sessions/${id}/messages/${text.id}/media`)).status).toBe(404)
    await change({ autoDownload: null })
  },
)

capability('Look at one session more closely', 'PUT /api/sessions/{sessionId}/settings', async () => {
  await settled()
  const secret = 'What nobody else may know'
  const heardOf = (messageId: string) => lines.filter((line) => line.includes(messageId))
  const before = await w.phones.send(ANN, { to: PHONE, text: secret })
  await w.received(id, before.id)
  await change({ debug: true })
  await settled()
  const after = await w.phones.send(ANN, { to: PHONE, text: secret })
  await w.received(id, after.id)
  await until('it is logged', () => heardOf(after.id).length > 0)
  expect(heardOf(before.id)).toEqual([])
  expect(heardOf(after.id).every((line) => JSON.parse(line).sessionId === id)).toBe(true)
  expect(lines.join()).not.toContain(secret)
  expect(lines.join()).not.toContain(ANN)
  await change({ debug: null })
})

capability('Keep no messages', 'PUT /api/sessions/{sessionId}/settings', async () => {
  await change({ store: false })
  await settled()
  const { id: messageId } = await w.phones.send('4915100000004', { to: PHONE, text: 'Between you and me' })
  const told = await w.received(id, messageId)
  expect(told).toMatchObject({ text: 'Between you and me', kept: false })
  expect((await w.call('GET', `/api/messages/${messageId}?sessionId=${id}`)).status).toBe(404)
  const { body } = await w.call<{ chats: { id: string }[] }>('GET', `/api/sessions/${id}/chats`)
  expect(body.chats.map((chat) => chat.id)).not.toContain(jidOf('4915100000004'))
  // What the API sends is followed up in the ledger all the same.
  const sent = await w.sends(id, { to: '4915100000004', text: 'So it stays' })
  await until('it is delivered', async () => hasReached(await w.shown(id, sent.id), 'delivered'))
  await change({ store: null })
  await settled()
  const kept = await w.phones.send('4915100000004', { to: PHONE, text: 'For the record' })
  expect((await w.received(id, kept.id)).kept).toBeUndefined()
  expect((await w.shown(id, kept.id)).text).toBe('For the record')
  expect((await w.phones.stats()).unknownQueries).toEqual({})
})
