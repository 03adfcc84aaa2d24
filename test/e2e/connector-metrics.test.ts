/** What a connector writes to its standard output for CloudWatch, read as CloudWatch reads it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { MEASURES } from '#core/measures.ts'
import { type ConnectorWorld, connectorWorld } from '../support/connector.ts'
import { connectorProcesses } from '../support/connector-process.ts'
import { until } from '../support/until.ts'

const NUMBER = '4915700000001'
const NAMESPACE = 'linekeeper/test'
const QUICK = { METRICS_NAMESPACE: NAMESPACE, METRICS_MS: '200', HEARTBEAT_MS: '500', LEASE_TTL_MS: '8000' }
const FENCE = { FENCE_MARGIN_MS: '2000', LEASE_LOOK_MS: '150' }

let world: ConnectorWorld
const { start, killAll } = connectorProcesses(() => world)
beforeAll(async () => {
  world = await connectorWorld()
})
afterEach(killAll)
afterAll(() => world.close())

/** The specification, as far as we use it; see core/platform/metrics.ts. */
const Line = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int().min(Date.UTC(2026, 0, 1)),
    CloudWatchMetrics: z.tuple([
      z.strictObject({
        Namespace: z.literal(NAMESPACE),
        Dimensions: z.tuple([z.tuple([])]),
        Metrics: z
          .array(z.strictObject({ Name: z.string().min(1), Unit: z.enum(['Count', 'Milliseconds']) }))
          .min(1)
          .max(100),
      }),
    ]),
  }),
})
const Value = z.union([z.number().min(0), z.array(z.number().min(0)).min(1).max(100)])

/** Metrics by name, with all values that were told, of every line so far. @throws z.ZodError */
function metricsOf(output: string): Map<string, number[]> {
  const told = new Map<string, number[]>()
  for (const line of output.split('\n').filter((one) => one.includes('"_aws"'))) {
    const read = Line.parse(JSON.parse(line))
    const { Metrics } = read._aws.CloudWatchMetrics[0]
    for (const { Name } of Metrics) {
      const values = [Value.parse(read[Name])].flat()
      told.set(Name, [...(told.get(Name) ?? []), ...values])
    }
    expect(Object.keys(read).sort()).toEqual(['_aws', ...Metrics.map(({ Name }) => Name)].sort())
  }
  return told
}
const highest = (told: Map<string, number[]>, name: string) => Math.max(-1, ...(told.get(name) ?? []))

test('every metric is written, with what really happened, also at a handover', async () => {
  const first = start({ CONNECTOR_ID: 'first-1', ...QUICK, ...FENCE })
  await first.ready()
  const { id } = await world.line(NUMBER)
  await world.session().then((idle) => world.ask(idle.id, 'start').then(() => world.qrOf(idle.id)))
  await world.send(id, `+${NUMBER}`, 'to be counted')
  await until('one is connected, one shows its QR', () => {
    const told = metricsOf(first.output())
    return highest(told, MEASURES.connected) === 1 && highest(told, MEASURES.qr_generated) === 1
  })
  await until('the command', () => highest(metricsOf(first.output()), MEASURES.queueAge) >= 0)
  await until('commits', () => highest(metricsOf(first.output()), MEASURES.commitLatency) >= 0)

  await world.phones.fault({ kind: 'drop', number: NUMBER })
  await until('the reconnect', () => highest(metricsOf(first.output()), MEASURES.reconnects) === 1)
  await world.untilStatus(id, 'connected')

  first.child.kill('SIGKILL')
  await first.ended()
  const second = start({ CONNECTOR_ID: 'second-1', ...QUICK, ...FENCE })
  await second.ready()
  await until('the handover', () => highest(metricsOf(second.output()), MEASURES.handoverTime) > 0)
  expect(highest(metricsOf(second.output()), MEASURES.handovers)).toBeGreaterThan(0)

  const told = metricsOf(`${first.output()}\n${second.output()}`)
  expect([...told.keys()].sort()).toEqual(Object.values(MEASURES).sort())
  expect(highest(told, MEASURES.reconnects)).toBe(1)
})

test('where nobody collects, nothing is written', async () => {
  const connector = start({ CONNECTOR_ID: 'silent-1', METRICS_MS: '50' })
  await connector.ready()
  connector.child.kill('SIGTERM')
  expect(await connector.ended()).toBe(0)
  expect(connector.output()).not.toContain('_aws')
})
