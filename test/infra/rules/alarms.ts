/** Every alarm reaches somebody, is explained, and waits for a metric that is written; nothing that can fail is unwatched. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MEASURES } from '#core/measures.ts'
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

/** `docs/runbook.md, Name`: the heading `### Name` must be there, and under `## Alarms` there must be no other. */
export const alarmsAreExplained = (runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8')): Rule => {
  const [, section = ''] = runbook.split(/^## Alarms$/m)
  const headings = new Set([...section.split(/^## /m)[0]!.matchAll(/^### (\w+)$/gm)].map(([, name]) => name!))
  return (view) => {
    const explained = alarmsOf(view).map(({ name, inputs }) => ({
      name,
      heading: String(inputs.alarmDescription).match(/^docs\/runbook\.md, (\w+)$/)?.[1] ?? '',
    }))
    const known = new Set(explained.map(({ heading }) => heading))
    return [
      ...explained
        .filter(({ heading }) => !headings.has(heading))
        .map(({ name }) => `${name} is not explained in docs/runbook.md`),
      ...[...headings]
        .filter((heading) => !known.has(heading))
        .map((heading) => `docs/runbook.md explains ${heading}, which is no alarm`),
    ]
  }
}

/** All that is written to our namespace. */
const WRITTEN: string[] = [...Object.values(VITALS), ...Object.values(MEASURES)]

export const alarmsWatchWhatExists: Rule = (view) => {
  const ours = `${view.evaluation.app.name}/${view.evaluation.stage}`
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
        namespace.startsWith('AWS/') || (namespace === ours && WRITTEN.includes(metricName))
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
export const dashboardsAreWellFormed: Rule = ({ inputsOf, evaluation }) =>
  inputsOf('aws:cloudwatch/dashboard:Dashboard').flatMap(({ dashboardName, dashboardBody }) => {
    const { widgets } = JSON.parse(String(dashboardBody)) as {
      widgets: {
        x: number
        width: number
        properties: { title?: string; region?: string; metrics: unknown[][] }
      }[]
    }
    const ours = `${evaluation.app.name}/${evaluation.stage}`
    const shown = widgets.flatMap(({ properties: { metrics } }) =>
      metrics.flatMap(([namespace, name]) => (namespace === ours ? String(name) : [])),
    )
    return [
      ...(widgets.length > 0 ? [] : [`${dashboardName} is empty`]),
      ...shown
        .filter((name) => !WRITTEN.includes(name))
        .map((name) => `${dashboardName} shows ${name}, which nobody writes`),
      ...WRITTEN.filter((name) => !shown.includes(name)).map(
        (name) => `${dashboardName} does not show ${name}`,
      ),
      ...widgets.flatMap(({ x, width, properties: { title, region, metrics } }) =>
        x + width <= 24 && title && region && metrics.length > 0 && !JSON.stringify(metrics).includes('null')
          ? []
          : [`${dashboardName}: the widget "${title}" is not complete`],
      ),
    ]
  })
