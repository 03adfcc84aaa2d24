/** Production is kept and protected, and so is the key without which its devices cannot be used; other stages can go. */
import type { Rule } from './view.ts'

export const productionIsKept: Rule = ({ evaluation, isProduction, all }) => {
  const { removal, protect } = evaluation.app
  const key = all('aws:ssm/parameter:Parameter').find(({ inputs }) =>
    String(inputs.name).endsWith('/master-key'),
  )
  return [
    ...(removal === (isProduction ? 'retain' : 'remove') ? [] : [`removal is ${removal}`]),
    ...(Boolean(protect) === isProduction ? [] : [`protect is ${protect}`]),
    ...(!isProduction || key?.options.retain ? [] : ['the master key goes with its stack in production']),
  ]
}

/** Names that end up in AWS must tell stages apart. */
export const namesTellStagesApart: Rule = ({ evaluation, all }) => {
  const { app, stage } = evaluation
  const named = [
    'aws:sqs/queue:Queue',
    'aws:lambda/function:Function',
    'aws:cloudwatch/metricAlarm:MetricAlarm',
    'aws:cloudwatch/logGroup:LogGroup',
    'aws:ssm/parameter:Parameter',
    'aws:sns/topic:Topic',
    'aws:dynamodb/table:Table',
    'aws:iam/role:Role',
  ]
  return named
    .flatMap(all)
    .filter(({ existing }) => !existing)
    .flatMap(({ name, inputs }) => {
      const physical = String(inputs.name)
      return physical.includes(`${app.name}-${stage}`) || physical.includes(`/${app.name}/${stage}/`)
        ? []
        : [`${name} is called ${physical}, as in any other stage`]
    })
}
