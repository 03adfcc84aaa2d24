import pino from 'pino'
import { afterAll, beforeAll, expect } from 'vitest'
import { proxyIn } from '#core/proxy.ts'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { type LittleProxy, littleProxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const credentials = { username: 'linekeeper', password: 'not-to-be-told' }
let w: CapabilityWorld
let closed = false
let http: LittleProxy
let socks: LittleProxy
let everybodys: LittleProxy
let id: string
const lines: string[] = []

beforeAll(async () => {
  http = await littleProxy('http', { credentials, isClosed: () => closed })
  socks = await littleProxy('socks5', { credentials })
  everybodys = await littleProxy('socks5')
  const timing = { BACKOFF_CAP_MS: 300 }
  w = await capabilityWorld({ timing, proxy: proxyIn(everybodys.server) })
  await w.connector('c1', {}, pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }))
  id = (await w.session({ reconnectInterval: 100 })).id
})
afterAll(async () => {
  await w.close()
  for (const proxy of [http, socks, everybodys]) await proxy.stop()
})

type Status = { status: string; reason?: string; action?: string }
const status = async () => (await w.call<Status>('GET', `/api/sessions/${id}/status`)).body
const untilStatus = (wanted: string, reason?: string) =>
  until(`${wanted} ${reason ?? ''}`, async () => {
    const now = await status()
    return now.status === wanted && now.reason === reason && now
  })
const use = async (proxy: object | null) => {
  const { body } = await w.call('PUT', `/api/sessions/${id}/settings`, { settings: { proxy } })
  expect(body.success).toBe(true)
  return body
}
const restart = () => w.call('POST', `/api/sessions/${id}/restart`)

/** Texts and files, in both directions. */
async function talk() {
  const sent = await w.sends(id, { to: ANN, image: { base64: sample.png.toString('base64') } })
  await w.atPhone(ANN, sent.id)
  expect((await w.phones.media(ANN, sent.id)).content).toEqual(sample.png)
  const image = { data: sample.png.toString('base64'), mimetype: 'image/png' }
  const { id: received } = await w.phones.send(ANN, { to: PHONE, image })
  await w.event(
    id,
    'message.media',
    ({ target, media }) => target.messageId === received && media.state === 'stored',
  )
}

capability(
  'Reach WhatsApp through a proxy of the session',
  'PUT /api/sessions/{sessionId}/settings · POST /api/sessions/{sessionId}/restart',
  async () => {
    await use({ server: http.server, ...credentials })
    await w.call('POST', `/api/sessions/${id}/start`)
    await w.phones.scan(PHONE, await w.qrOf(id))
    await untilStatus('connected')
    expect(http.counts.connections).toBe(2)
    await talk()
    const port = new URL(w.box.wsUrl).port
    expect(new Set(http.counts.targets)).toEqual(new Set([`127.0.0.1:${port}`]))
    // The socket twice, one way to leave files, one to fetch them.
    expect(http.counts.connections).toBeGreaterThanOrEqual(4)

    const body = await use({ server: socks.server, ...credentials })
    expect(body).toMatchObject({
      pending: [{ setting: 'proxy', needs: 'restart' }],
      session: { settings: { proxy: { server: socks.server, username: 'linekeeper', hasPassword: true } } },
    })
    const before = http.counts.connections
    await restart()
    await until('it goes the other way', () => socks.counts.targets.length > 0)
    await untilStatus('connected')
    await talk()
    expect(http.counts.connections).toBe(before)
    expect(everybodys.counts.connections).toBe(0)
  },
)

capability(
  'A broken proxy is named as such, and healed',
  'PUT /api/sessions/{sessionId}/settings · GET /api/sessions/{sessionId}/status',
  async () => {
    await use({ server: http.server, ...credentials })
    await restart()
    await untilStatus('connected')
    await http.stop()
    expect(await untilStatus('connecting', 'proxy_unreachable')).toMatchObject({
      action: expect.stringContaining('proxy'),
    })
    closed = true
    await http.start()
    await untilStatus('connecting', 'proxy_refused')
    closed = false
    await untilStatus('connected')
    await talk()

    await use({ server: http.server, ...credentials, password: 'wrong' })
    await restart()
    const { action } = await untilStatus('connecting', 'proxy_authentication')
    expect(action).toContain('password')
    await use({ server: http.server, ...credentials })
    await untilStatus('connected')
    const told = JSON.stringify([
      await w.events(id),
      await w.find(id),
      (await w.call('GET', `/api/sessions/${id}`)).body,
    ])
    expect(told).not.toContain(credentials.password)
    expect(lines.join()).not.toContain(credentials.password)
    expect(lines.join()).not.toContain(Buffer.from(`linekeeper:${credentials.password}`).toString('base64'))
  },
)

capability(
  'A proxy for all sessions that name none, or do not want one',
  'PUT /api/sessions/{sessionId}/settings',
  async () => {
    await use(null)
    await restart()
    await until('it goes the way of everybody', () => everybodys.counts.targets.length > 0)
    await untilStatus('connected')
    await talk()
    await use({ server: 'direct' })
    const earlier = (await w.statuses(id)).length
    await restart()
    await until('it goes straight on', async () => {
      const seen = (await w.statuses(id)).slice(earlier)
      return seen.includes('connecting: restart') && seen.at(-1) === 'connected'
    })
    const before = everybodys.counts.connections
    await talk()
    expect(everybodys.counts.connections).toBe(before)
    expect((await w.phones.stats()).unknownQueries).toEqual({})
  },
)
