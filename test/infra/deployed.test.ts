import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { until } from '../support/until.ts'
import { schedule } from './deployed/events.ts'
import { type Deployment, deploy } from './deployment.ts'
import { buildBySteps } from './image/steps.ts'

/** Items of any shape: only their number matters. */
const ANYTHING = z.looseObject({})
const OWN = '+4915100000001'
const FRIEND = '+4915100000002'
let it: Deployment

beforeAll(async () => {
  it = await deploy(buildBySteps())
}, 300_000)
afterAll(async () => {
  await it?.[Symbol.asyncDispose]()
})

const post = (path: string, body?: unknown) =>
  it.call({ method: 'POST', path, ...(body ? { body: JSON.stringify(body) } : {}) })
const numbers = () =>
  it.sweep.output
    .join('')
    .split('\n')
    .filter((line) => line.includes('"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, number>)

describe('requests as API Gateway hands them over', () => {
  test('a body in base64', async () => {
    const body = Buffer.from(JSON.stringify({ name: 'Büro ☎' }))
    const created = await it.call({ method: 'POST', path: '/api/sessions', body })
    expect(created.json().session.name).toBe('Büro ☎')
  })

  test('a named stage in front of the path', async () => {
    expect((await it.call({ path: '/api/sessions', stage: 'v1' })).status).toBe(200)
  })

  test('encoded characters in path and query', async () => {
    expect((await it.call({ path: '/api/sessions/a%2Fb' })).json().code).toBe('SESSION_NOT_FOUND')
    expect((await it.call({ path: '/api/sessions', query: 'limit=5&status=%E2%98%8E' })).status).toBe(400)
  })

  test('those that must be refused, by their names', async () => {
    const anonymous = await it.call({ path: '/api/sessions', headers: { authorization: 'Bearer wrong' } })
    expect([anonymous.status, anonymous.json().success]).toEqual([401, false])
    expect((await it.call({ method: 'POST', path: '/api/sessions', body: '{' })).status).toBe(400)
    expect((await it.call({ path: '/nowhere' })).status).toBe(404)
  })

  test('the reference page, whose files are in the archive', async () => {
    expect((await it.call({ path: '/docs' })).status).toBe(200)
    expect((await it.call({ path: '/docs/swagger-ui.css' })).status).toBe(200)
    expect((await it.call({ path: '/docs/swagger-ui-bundle.js' })).text.length).toBeGreaterThan(1_000_000)
  })
})

describe('from nothing to a message that is read', () => {
  let id: string

  test('everything is well', async () => {
    const health = await until('health', async () => {
      const answer = await it.call({ path: '/health' })
      return answer.status === 200 && answer.json()
    })
    expect(health.checks.connectors.alive).toBe(1)
    expect(await it.connector.probe()).toBe(0)
  })

  test('a session is made, started, and linked by its QR code', async () => {
    id = (await post('/api/sessions', { name: 'front desk' })).json().session.id
    expect((await post(`/api/sessions/${id}/start`)).json().status).toBe('connecting')
    const qr = await until(
      'a QR code',
      async () => (await it.call({ path: `/api/sessions/${id}/qr` })).json().qrText,
    )
    await it.phones.scan(OWN, qr)
    const status = async () => (await it.call({ path: `/api/sessions/${id}/status` })).json()
    await until('connected', async () => (await status()).status === 'connected')
    expect((await status()).phoneNumber).toBe(OWN)
  })

  test('a message goes out, arrives, and is read', async () => {
    const sent = await post('/api/messages', { sessionId: id, to: FRIEND, text: 'Hello' })
    expect(sent.status, sent.text).toBe(202)
    const { message } = sent.json()
    await until('it arrives', async () => (await it.phones.inbox(FRIEND)).messages.length === 1)
    await it.phones.read(FRIEND, [message.id])
    const status = async () => (await it.call({ path: `/api/messages/${message.id}` })).json().message.status
    await until('it is read', async () => (await status()) === 'read')
  })

  test('a message comes in', async () => {
    await it.phones.send(FRIEND, { to: OWN, text: 'Hello yourself' })
    const chats = await until('the chat', async () => {
      const { chats } = (await it.call({ path: `/api/sessions/${id}/chats` })).json()
      return chats[0]?.lastMessage.text === 'Hello yourself' && chats
    })
    const path = `/api/sessions/${id}/chats/${encodeURIComponent(chats[0].id)}/messages`
    expect((await it.call({ path })).json().messages).toHaveLength(2)
    expect((await it.call({ path: `/api/sessions/${id}/events` })).json().events.length).toBeGreaterThan(3)
    expect((await it.call({ path: `/api/messages/stats/${id}` })).status).toBe(200)
  })

  test('the sweep says how the fleet is, in the form that CloudWatch reads', async () => {
    const { result, error } = await it.sweep.invoke(schedule())
    expect(error).toBeUndefined()
    expect(result).toMatchObject({ carried: 0 })
    await until('the heartbeat has told of the session', async () => {
      await it.sweep.invoke(schedule())
      return numbers().at(-1)?.SessionsPerConnector === 1
    })
    expect(numbers().at(-1)).toMatchObject({ Connectors: 1, OrphanShards: 0, Sessions: 1 })
  })

  test('settings, stop, start again without a new code, log out, delete', async () => {
    const status = async () => (await it.call({ path: `/api/sessions/${id}/status` })).json().status
    const path = `/api/sessions/${id}/settings`
    const changed = await it.call({
      method: 'PUT',
      path,
      body: JSON.stringify({ settings: { reconnectInterval: 900 } }),
    })
    expect(changed.status, changed.text).toBe(200)
    await post(`/api/sessions/${id}/stop`)
    await until('inactive', async () => (await status()) === 'inactive')
    await post(`/api/sessions/${id}/start`)
    await until('connected', async () => (await status()) === 'connected')
    await post(`/api/sessions/${id}/clear-auth`)
    await until('forgotten', async () => (await status()) !== 'connected')
    expect((await it.call({ method: 'DELETE', path: `/api/sessions/${id}` })).status).toBe(200)
    expect((await it.call({ path: `/api/sessions/${id}` })).status).toBe(404)
    await until('its data is gone', async () => {
      const { items } = await it.store.query('events', ANYTHING, `SESSION#${id}`)
      return items.length === 0
    })
  })
})

describe('at the end', () => {
  test('the container ends in time, by itself, and hands its shards back', async () => {
    const { code, ms } = await it.connector.stop()
    expect(code, it.connector.output.join('').slice(-2_000)).toBe(0)
    expect(ms).toBeLessThan(10_000)
    await it.sweep.invoke(schedule())
    expect(numbers().at(-1)).toMatchObject({ Connectors: 0 })
  })

  test('no role was asked for more than it may', () => {
    const refused = Object.entries(it.guards).map(([name, guard]) => [name, [...guard.refused]])
    expect(Object.fromEntries(refused)).toEqual({ ApiFunction: [], SweepFunction: [], Connector: [] })
  })

  test('no role may do what nothing of this needed', () => {
    const idle = Object.entries(it.guards).map(([name, guard]) => [name, guard.idle()])
    expect(Object.fromEntries(idle)).toEqual({})
  })
})
