import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../local/port.ts'
import { type ConnectorWorld, connectorWorld } from '../support/connector.ts'
import { connectorProcesses } from '../support/connector-process.ts'
import { until } from '../support/until.ts'

let world: ConnectorWorld
const { start, killAll } = connectorProcesses(() => world)

beforeAll(async () => {
  world = await connectorWorld()
})
afterEach(killAll)
afterAll(() => world.close())

test('it tells its parent of QRs, keeps them out of the log, says how it is, and drains in time', async () => {
  const port = await freePort()
  const connector = start({ CONNECTOR_ID: 'connector-1', HEALTH_PORT: `${port}` })
  await connector.ready()
  const { id } = await world.session()
  await world.ask(id, 'start')
  const qr = await until('a QR', () => connector.messages.find(({ type }) => type === 'qr'))
  expect(qr).toMatchObject({ sessionId: id, name: 'line', text: await world.qrOf(id) })
  expect(qr.expiresAt).toBeGreaterThan(Date.now())
  await world.phones.scan('4915700000001', await world.qrOf(id))
  await world.untilStatus(id, 'connected')

  const health = await fetch(`http://127.0.0.1:${port}/health`)
  expect(health.status).toBe(200)
  expect(await health.json()).toMatchObject({
    status: 'ok',
    shards: [0, 1, 2, 3],
    sessions: { open: 1 },
    failing: {},
  })

  const startedAt = performance.now()
  connector.child.kill('SIGTERM')
  expect(await connector.ended()).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(connector.output()).toContain('connector drained')
  expect(connector.output()).not.toContain(qr.text)
  expect(connector.output()).not.toContain(world.environment.MASTER_KEY)
})

test('it drains when its parent is gone', async () => {
  const connector = start({ CONNECTOR_ID: 'connector-1' })
  await connector.ready()
  connector.child.disconnect()
  expect(await connector.ended()).toBe(0)
})

test('an environment that is not complete ends it with a sentence that names what is wrong, and not its value', async () => {
  const connector = start({ MASTER_KEY: 'not-a-key' })
  expect(await connector.ended()).toBe(2)
  expect(connector.output()).toContain('MASTER_KEY: must be 64 hex digits')
  expect(connector.output()).not.toContain('not-a-key')
})

test('a second process under the same id takes everything over, and the first one ends', async () => {
  const first = start({ CONNECTOR_ID: 'connector-7' })
  await first.ready()
  const second = start({ CONNECTOR_ID: 'connector-7' })
  await second.ready()
  expect(await first.ended()).toBe(3)
  second.child.kill('SIGTERM')
  expect(await second.ended()).toBe(0)
})

test('a store that does not answer does not keep it from ending', async () => {
  const connector = start({ CONNECTOR_ID: 'connector-1' })
  await connector.ready()
  const { id } = await world.session()
  await world.ask(id, 'start')
  await world.qrOf(id)
  world.road.isDown = true
  const startedAt = performance.now()
  connector.child.kill('SIGTERM')
  expect(await connector.ended()).toBe(0)
  world.road.isDown = false
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
