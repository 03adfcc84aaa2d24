/** Functions run on what they were written for, keep their logs for a while, and are no larger than they were measured. */
import type { Inputs, Resource } from '../evaluate/evaluation.ts'
import type { Rule } from './view.ts'

/** Minified bytes per handler: what it has, and a tenth for growth. Beyond that, look at what came in. */
export const BUDGET: Record<string, number> = {
  'functions/api/handler.handler': 920_000,
  'functions/hooks/handler.handler': 740_000,
  'functions/consumers/events-handler.handler': 1_270_000,
  'functions/consumers/orders-handler.handler': 1_270_000,
  'functions/live/handler.handler': 800_000,
  'functions/consumers/live-handler.handler': 800_000,
  'functions/cron/handler.handler': 700_000,
  'functions/cron/conversations-handler.handler': 1_270_000,
  'functions/cron/webhooks-handler.handler': 700_000,
  'functions/consumers/news-handler.handler': 700_000,
  'functions/consumers/deliveries-handler.handler': 720_000,
}

export const functionsAreBuilt: Rule = ({ functions, evaluation }) =>
  functions.flatMap((one) => {
    const component = componentOf(one)
    const bundle = evaluation.bundles[component]
    if (!bundle) return [`${component} has no code`]
    const budget = BUDGET[bundle.handler]
    if (!budget) return [`${bundle.handler} has no budget`]
    return bundle.bytes <= budget
      ? []
      : [`${bundle.handler} has ${bundle.bytes} bytes, its budget is ${budget}`]
  })

export const functionsRunAsMeasured: Rule = ({ functions }) =>
  functions.flatMap(({ name, inputs }) => [
    ...(inputs.runtime === 'nodejs24.x' ? [] : [`${name} runs on ${inputs.runtime}`]),
    ...((inputs.architectures as string[]).join() === 'arm64'
      ? []
      : [`${name} runs on ${inputs.architectures}`]),
    ...(Number(inputs.timeout) <= 60 ? [] : [`${name} may hang for ${inputs.timeout} s`]),
    ...(Number(inputs.memorySize) >= 512
      ? []
      : [`${name} has ${inputs.memorySize} MB: it would start slowly`]),
  ])

/** API Gateway gives up after 30 s; the function must have ended before. */
export const apiAnswersInTime: Rule = ({ functions, inputsOf }) =>
  inputsOf('aws:apigatewayv2/integration:Integration').flatMap((integration) => {
    const { integrationUri, payloadFormatVersion, apiId } = integration
    const uri = String(integrationUri).replace(/\/invocations$/, '')
    const target = functions.find(({ inputs }) => uri.endsWith(`:${inputs.name}`))
    // There is one form of what WebSockets hand over, and it has no version.
    const isSocket = inputsOf('aws:apigatewayv2/api:Api').some(
      ({ name, protocolType }) => name === apiId && protocolType === 'WEBSOCKET',
    )
    if (!target) return [`${integrationUri} is behind the API and not there`]
    return [
      ...(Number(target.inputs.timeout) < 30 ? [] : [`${target.name} may answer when nobody waits any more`]),
      ...(isSocket || payloadFormatVersion === '2.0'
        ? []
        : [`${target.name} gets payloads of version ${payloadFormatVersion}`]),
    ]
  })

export const logsAreKept: Rule = ({ functions, tasks, inputsOf }) => {
  const groups = new Map(
    inputsOf('aws:cloudwatch/logGroup:LogGroup').map((inputs) => [String(inputs.name), inputs]),
  )
  const used = [
    ...functions.map(
      ({ name, inputs }) => [name, String((inputs.loggingConfig as Inputs).logGroup)] as const,
    ),
    ...tasks.flatMap(({ containers }) =>
      containers.map((one) => [one.name, String(one.logConfiguration?.options['awslogs-group'])] as const),
    ),
  ]
  return [
    ...used.flatMap(([name, group]) =>
      groups.has(group) ? [] : [`${name} logs to ${group}, which is not made here`],
    ),
    ...[...groups].flatMap(([name, { retentionInDays }]) =>
      Number(retentionInDays) > 0 ? [] : [`${name} keeps its lines for ever`],
    ),
  ]
}

const componentOf = ({ name }: Resource): string => name.replace(/Function$/, '')
