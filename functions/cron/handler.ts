/** The timed jobs on Lambda: how the fleet is, as numbers for alarms and scaling, and then the sweep. */
import { fleet } from '#core/lease.ts'
import { systemClock } from '#core/platform/clock.ts'
import { PlatformConfig, readConfig } from '#core/platform/config.ts'
import { openMetrics } from '#core/platform/metrics.ts'
import { vitalsOf } from '#core/vitals.ts'
import { openDomain } from '../domain.ts'
import { type Swept, sweep } from './sweep.ts'

const config = readConfig(PlatformConfig)
const domain = openDomain(config, 'sweep')
const measure = openMetrics(config.METRICS_NAMESPACE, systemClock, (line) => process.stdout.write(line))

export const handler = async (): Promise<Swept> => {
  measure(vitalsOf(await fleet(domain.store, domain.store.now()), config.SHARDS))
  return sweep(domain)
}
