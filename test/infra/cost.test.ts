import { expect, test } from 'vitest'
import { watchedMetrics } from '../cost/bill.ts'
import { PRODUCTION } from '../cost/size.ts'
import type { Inputs } from './evaluate/evaluation.ts'
import { viewOf } from './rules/view.ts'
import { evaluated } from './variants.ts'

const view = viewOf(evaluated('production'))

/** A tenth more or less is cents. */
const isAbout = (reckoned: number, deployed: number) => Math.abs(reckoned / deployed - 1) <= 0.1

test('docs/cost.md reckons with the alarms that are deployed', () => {
  const metrics = view
    .inputsOf('aws:cloudwatch/metricAlarm:MetricAlarm')
    .flatMap(({ metricQueries }) => (metricQueries as Inputs[]).filter(({ metric }) => metric))
  expect(metrics.length).toSatisfy((deployed: number) => isAbout(watchedMetrics(PRODUCTION), deployed))
})

test('and with the task that is deployed', () => {
  const [task] = view.tasks
  expect([Number(task?.inputs.cpu) / 1_024, Number(task?.inputs.memory) / 1_024]).toEqual([
    PRODUCTION.vcpu,
    PRODUCTION.gb,
  ])
})
