/** Every alarm reaches somebody, is explained, and waits for a metric that is written; nothing that can fail is unwatched. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VITALS } from '#core/vitals.ts'
import type { Inputs } from '../evaluate/evaluation.ts'
import { ROOT } from '../evaluate/layout.ts'
import type { Rule, View } from './view.ts'

type Query = {
  expression?: string
  metric?: { namespace: string; metricName: string; dimensions?: Record<string, string> }
}

const alarmsOf = ({ inputsOf }: View) =>
  inputsOf('aws:cloudwatch/metricAlarm:MetricAlarm').map((inputs) => ({
    name: String(inputs.name),
    inputs,
    metrics: (inputs.metricQueries as Query[]).flatMap(({ metric }) => metric ?? []),
  }))

export const alarmsReachSomebody: Rule = (view) => {
  const subscriptions = view.inputsOf('aws:sns/topicSubscription:TopicSubscription')
  return [
    ...alarmsOf(view).flatMap(({ name, inputs }) =>
      (inputs.alarmActions as unknown[] | undefined)?.length ? [] : [`${name} tells nobody`],
    ),
    ...subscriptions.flatMap(({ protocol, endpoint }) =>
      protocol === 'email' && endpoint ? [] : ['a subscription leads nowhere'],
    ),
  ]
}

/** `docs/runbook.md, Name`: the heading `### Name` must be there. */
export const alarmsAreExplained = (runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8')): Rule => {
  const headings = new Set([...runbook.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading))
  return (view) =>
    alarmsOf(view).flatMap(({ name, inputs }) => {
      const heading = String(inputs.alarmDescription).match(/^docs\/runbook\.md, (\w+)$/)?.[1]
      return heading && headings.has(heading) ? [] : [`${name} is not explained in docs/runbook.md`]
    })
}

export const alarmsWatchWhatExists: Rule = (view) => {
  const ours = `${view.evaluation.app.name}/${view.evaluation.stage}`
  const written = Object.values(VITALS) as string[]
  const environments = view.functions.map(
    ({ inputs }) => (inputs.environment as { variables: Inputs }).variables,
  )
  return [
    ...(environments.some(({ METRICS_NAMESPACE }) => METRICS_NAMESPACE === ours)
      ? []
      : [`nobody writes metrics to ${ours}`]),
    ...alarmsOf(view).flatMap(({ name, metrics }) => [
      ...(metrics.length >= 1 && metrics.length <= 10 ? [] : [`${name} has ${metrics.length} metrics`]),
      ...metrics.flatMap(({ namespace, metricName }) =>
        namespace.startsWith('AWS/') || (namespace === ours && written.includes(metricName))
          ? []
          : [`${name} waits for ${namespace} ${metricName}, which nobody writes`],
      ),
    ]),
  ]
}

export const nothingGoesUnwatched: Rule = (view) => {
  const watched = new Set(
    alarmsOf(view).flatMap(({ metrics }) =>
      metrics.flatMap(({ metricName, dimensions = {} }) =>
        Object.values(dimensions).map((value) => `${metricName} ${value}`),
      ),
    ),
  )
  const wanted = [
    ...view.functions.flatMap(({ inputs }) =>
      ['Errors', 'Throttles'].map((metric) => `${metric} ${inputs.name}`),
    ),
    ...view.queues.map(({ inputs }) =>
      inputs.redrivePolicy
        ? `ApproximateAgeOfOldestMessage ${inputs.name}`
        : `ApproximateNumberOfMessagesVisible ${inputs.name}`,
    ),
    ...view.tables.flatMap(({ inputs, existing }) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map((metric) => `${metric} ${existing ?? inputs.name}`),
    ),
  ]
  const vitals = new Set(alarmsOf(view).flatMap(({ metrics }) => metrics.map(({ metricName }) => metricName)))
  return [
    ...wanted.filter((one) => !watched.has(one)).map((one) => `no alarm watches ${one}`),
    ...['Connectors', 'OrphanShards', '5xx']
      .filter((one) => !vitals.has(one))
      .map((one) => `no alarm watches ${one}`),
  ]
}

/** The dashboard is text for CloudWatch; this is what of it can be checked without CloudWatch. */
export const dashboardsAreWellFormed: Rule = ({ inputsOf }) =>
  inputsOf('aws:cloudwatch/dashboard:Dashboard').flatMap(({ dashboardName, dashboardBody }) => {
    const { widgets } = JSON.parse(String(dashboardBody)) as {
      widgets: {
        x: number
        width: number
        properties: { title?: string; region?: string; metrics: unknown[] }
      }[]
    }
    return [
      ...(widgets.length > 0 ? [] : [`${dashboardName} is empty`]),
      ...widgets.flatMap(({ x, width, properties: { title, region, metrics } }) =>
        x + width <= 24 && title && region && metrics.length > 0 && !JSON.stringify(metrics).includes('null')
          ? []
          : [`${dashboardName}: the widget "${title}" is not complete`],
      ),
    ]
  })
