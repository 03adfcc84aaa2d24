import { afterAll, beforeEach, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, type Shown } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const worlds: CapabilityWorld[] = []
let w: CapabilityWorld
let id: string
let phone: string
let [friend, stranger] = ['', '']
let lines = 0

/** Each capability has a line of its own, with one friend who has written to it, so that none sees another's trouble. */
beforeEach(async () => {
  if (!w) {
    w = await capabilityWorld({ timing: { RESTRICTION_LOOK_MS: 2_000 } })
    worlds.push(w)
    await w.connector()
  }
  const number = (what: number) => `49157000${`${++lines}`.padStart(3, '0')}${what}`
  ;[phone, friend, stranger] = [number(1), number(2), number(3)]
  id = (await w.line(phone)).id
  const { id: first } = await w.phones.send(friend, { to: phone, text: 'You may write to me' })
  await w.received(id, first)
  await until('everything that WhatsApp told has been taken', async () => {
    const { undelivered } = await w.phones.stats()
    return Object.values(undelivered).every((count) => count === 0)
  })
})
afterAll(async () => {
  for (const world of worlds) await world.close()
})

const sent = async (message: Record<string, unknown>): Promise<string> => {
  const { status, body } = await w.call<{ message: Shown }>('POST', '/api/messages', {
    sessionId: id,
    ...message,
  })
  expect(status).toBe(202)
  return body.message.id
}
const hold = () => w.call('PUT', `/api/sessions/${id}/settings`, { settings: { onRestriction: 'hold' } })
const restrict = (more: Record<string, unknown> = {}) =>
  w.phones.fault({ kind: 'restrict', number: phone, ...more })
const lift = () => w.phones.fault({ kind: 'restrict', number: phone, off: true })
const restrictionShown = async () =>
  (await w.call<{ restriction?: object }>('GET', `/api/sessions/${id}/status`)).body.restriction
const untilWaiting = (messageId: string, reason: string) =>
  until(`${messageId} waits: ${reason}`, async () => {
    const shown = await w.shown(id, messageId)
    return (shown.waiting as { reason: string } | undefined)?.reason === reason ? shown : undefined
  })
const inboxOf = async (number: string) => (await w.phones.inbox(number)).messages.map((one) => one.id)

capability(
  'See that WhatsApp restricts the account, until when, and that it is over',
  'GET /api/sessions/{sessionId}/status · GET /api/sessions/{sessionId}',
  async () => {
    await restrict({ forMs: 3_600_000 })
    const { payload } = await w.event(id, 'session.restricted')
    expect(payload).toMatchObject({ kind: 'reachout' })
    const shown = await until('it is shown', restrictionShown)
    expect(shown).toEqual(payload)
    expect(Date.parse(payload.until ?? '')).toBeGreaterThan(Date.now() + 3_500_000)
    const { body } = await w.call<{ session: object }>('GET', `/api/sessions/${id}`)
    expect(body.session).toMatchObject({ status: 'connected', restriction: payload })

    await lift()
    const over = await w.event(id, 'session.unrestricted')
    expect(over.payload).toEqual({ since: payload.since })
    await until('it is shown no more', async () => !(await restrictionShown()))
  },
)

capability(
  'Messages to strangers fail by name while the account is restricted, those to friends and groups go on',
  'POST /api/messages {text} · GET /api/messages/{messageId}',
  async () => {
    const { id: group } = await w.phones.createGroup({
      creator: stranger,
      subject: 'All',
      participants: [phone],
    })
    await restrict({ silent: true })
    const refused = await sent({ to: stranger, text: 'Hello?' })
    const failed = await until('it failed', async () => {
      const shown = await w.shown(id, refused)
      return shown.status === 'failed' ? shown : undefined
    })
    expect(failed).toMatchObject({ reason: 'restricted', explanation: expect.stringContaining('WhatsApp') })
    await w.event(id, 'session.restricted')
    await w.atPhone(friend, (await w.sends(id, { to: friend, text: 'Hello!' })).id)
    await w.atPhone(stranger, (await w.sends(id, { to: group, text: 'Hello all' })).id)
    expect(await inboxOf(stranger)).not.toContain(refused)
    await lift()
  },
)

capability(
  'Messages to strangers wait until the restriction is over, and go out in order',
  'POST /api/messages {text} · GET /api/messages/{messageId}',
  async () => {
    await hold()
    await restrict({ silent: true })
    const ids = [await sent({ to: stranger, text: 'first' })]
    await untilWaiting(ids[0] ?? '', 'restricted')
    ids.push(await sent({ to: stranger, image: { base64: sample.png.toString('base64') } }))
    ids.push(await sent({ to: stranger, text: 'third' }))
    await w.atPhone(friend, (await w.sends(id, { to: friend, text: 'not concerned' })).id)
    for (const one of ids) expect((await untilWaiting(one, 'restricted')).status).toBe('queued')
    expect(await inboxOf(stranger)).toEqual([])

    await lift()
    // Nobody tells: the connector asks by itself.
    await until('all of it', async () => (await inboxOf(stranger)).length === ids.length)
    expect(await inboxOf(stranger)).toEqual(ids)
  },
)

capability(
  'Take back a message that waits; another connector keeps holding the others',
  'DELETE /api/messages/{messageId} · GET /api/messages/{messageId}',
  async () => {
    await hold()
    await restrict({ forMs: 3_600_000 })
    await until('it is known', restrictionShown)
    const ids: string[] = []
    for (const text of ['kept', 'taken back here', 'taken back there', 'kept too'])
      ids.push(await sent({ to: stranger, text }))
    for (const one of ids) await untilWaiting(one, 'restricted')
    const takeBack = async (messageId = '') => {
      const { status, body } = await w.call('DELETE', `/api/messages/${messageId}`)
      expect(status).toBe(202)
      expect(body).toMatchObject({ message: { id: messageId, status: 'failed', reason: 'cancelled' } })
    }
    await takeBack(ids[1])

    for (const connector of w.running) await connector.stop()
    w.running.clear()
    await w.connector('c-next')
    await w.untilStatus(id, 'connected')
    await w.atPhone(friend, (await w.sends(id, { to: friend, text: 'the next one is here' })).id)
    expect(await inboxOf(stranger)).toEqual([])
    await takeBack(ids[2])
    await lift()
    const kept = [ids[0], ids[3]]
    await until('the others', async () => (await inboxOf(stranger)).length === kept.length)
    expect(await inboxOf(stranger)).toEqual(kept)
    expect((await w.phones.stats()).unknownQueries).toEqual({})
  },
)

capability(
  'A restriction that begins in the middle of messages to a group stops none of them',
  'POST /api/messages {text}',
  async () => {
    const { id: group } = await w.phones.createGroup({
      creator: stranger,
      subject: 'All',
      participants: [phone],
    })
    const ids: string[] = []
    for (let n = 0; n < 30; n++) {
      if (n === 10) await restrict({ silent: n % 2 === 0 })
      ids.push(await sent({ to: group, text: `number ${n}` }))
    }
    await until('all of it', async () => (await inboxOf(stranger)).length === ids.length)
    expect(await inboxOf(stranger)).toEqual(ids)
    await lift()
  },
)

capability(
  'Change one’s mind while messages wait: they fail; log out: they fail as well, and the restriction goes with the account',
  'PUT /api/sessions/{sessionId}/settings {settings} · POST /api/sessions/{sessionId}/logout',
  async () => {
    await hold()
    await restrict({ forMs: 3_600_000 })
    await until('it is known', restrictionShown)
    const untilFailed = (messageId: string, reason: string) =>
      until(`${messageId} failed: ${reason}`, async () => {
        const shown = await w.shown(id, messageId)
        return shown.status === 'failed' && shown.reason === reason
      })
    const first = await sent({ to: stranger, text: 'first' })
    await untilWaiting(first, 'restricted')
    await w.call('PUT', `/api/sessions/${id}/settings`, { settings: { onRestriction: null } })
    await untilFailed(first, 'restricted')

    await hold()
    const second = await sent({ to: stranger, text: 'second' })
    await untilWaiting(second, 'restricted')
    await w.call('POST', `/api/sessions/${id}/logout`)
    await untilFailed(second, 'logged_out')
    expect(await restrictionShown()).toBeUndefined()
    expect(await inboxOf(stranger)).toEqual([])
    await lift()
  },
)

capability(
  'What is due while the account is restricted waits on, for the right reason',
  'POST /api/messages {sendAt}',
  async () => {
    await hold()
    await restrict({ forMs: 3_600_000 })
    await until('it is known', restrictionShown)
    const sendAt = new Date(Date.now() + 10_000).toISOString()
    const due = await sent({ to: stranger, text: 'in time', sendAt })
    const soon = await untilWaiting(due, 'send_at')
    expect(soon.waiting).toEqual({ reason: 'send_at', until: sendAt })
    await untilWaiting(due, 'restricted')
    expect(await inboxOf(stranger)).toEqual([])
    await lift()
    await w.atPhone(stranger, due)
  },
)
