/**
 * What wakes a person, and nothing that heals by itself. Each alarm's description says where docs/runbook.md explains
 * it; a test holds the two together.
 */

import type { Lambda } from './lambda.ts'
import { type Metric, measure, ofApi, ofFunction, ofQueue, ofService, ofTable, vital } from './metrics.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

type Watched = {
  tables: Tables
  commands: Commands
  jobs: Jobs
  http: sst.aws.ApiGatewayV2
  functions: Lambda[]
  cluster: sst.aws.Cluster
  service: sst.aws.Service
}
type Condition = Pick<aws.cloudwatch.MetricAlarmArgs, 'comparisonOperator' | 'threshold'> & {
  statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average'
  minutes: number
  /** Whether silence is bad news. */
  silence?: 'breaching' | 'notBreaching'
}

/** CloudWatch's own bound for the metrics of one alarm. */
const METRICS_OF_AN_ALARM = 10

export function alarms(stage: Stage, { tables, commands, jobs, http, functions, cluster, service }: Watched) {
  const topic = new aws.sns.Topic('Alarms', { name: `${$app.name}-${$app.stage}-alarms` })
  if (stage.alarmEmail)
    new aws.sns.TopicSubscription('AlarmEmail', {
      topic: topic.arn,
      protocol: 'email',
      endpoint: stage.alarmEmail,
    })
  const above = (threshold: number, statistic: Condition['statistic'], minutes: number): Condition => ({
    comparisonOperator: 'GreaterThanThreshold',
    threshold,
    statistic,
    minutes,
  })
  /** The worst of any number of metrics: as many alarms as that takes. */
  const alarm = (name: string, metrics: Metric[], condition: Condition) => {
    for (let part = 0; part * METRICS_OF_AN_ALARM < metrics.length; part++)
      raise(
        topic,
        name,
        part,
        metrics.slice(part * METRICS_OF_AN_ALARM, (part + 1) * METRICS_OF_AN_ALARM),
        condition,
      )
  }
  const everyTable = Object.values(tables)
  const everyJob = Object.values(jobs)

  alarm('NoConnector', [vital('connectors')], {
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    statistic: 'Minimum',
    minutes: 3,
    silence: 'breaching',
  })
  alarm('OrphanShards', [vital('orphanShards')], above(0, 'Minimum', 3))
  alarm('SessionsAway', [vital('away')], above(20, 'Minimum', 10))
  alarm(
    'DeadCommands',
    commands.dead.map((queue) => ofQueue('ApproximateNumberOfMessagesVisible', queue)),
    above(0, 'Maximum', 1),
  )
  alarm(
    'OldCommands',
    commands.live.map((queue) => ofQueue('ApproximateAgeOfOldestMessage', queue)),
    above(120, 'Maximum', 3),
  )
  alarm(
    'DeadJobs',
    everyJob.map(({ dead }) => ofQueue('ApproximateNumberOfMessagesVisible', dead)),
    above(0, 'Maximum', 1),
  )
  alarm(
    'OldJobs',
    everyJob.map(({ live }) => ofQueue('ApproximateAgeOfOldestMessage', live)),
    above(600, 'Maximum', 5),
  )
  alarm(
    'FunctionErrors',
    functions.map((one) => ofFunction('Errors', one)),
    above(0, 'Sum', 5),
  )
  alarm(
    'FunctionThrottles',
    functions.map((one) => ofFunction('Throttles', one)),
    above(0, 'Sum', 5),
  )
  alarm('ApiErrors', [ofApi('5xx', http)], above(5, 'Sum', 5))
  alarm(
    'TableThrottles',
    everyTable.flatMap((table) => [
      ofTable('ReadThrottleEvents', table),
      ofTable('WriteThrottleEvents', table),
    ]),
    above(0, 'Sum', 5),
  )
  alarm('SlowCommits', [measure('commitLatency')], above(1_000, 'Average', 10))
  alarm('ConnectorCpu', [ofService('CPUUtilization', cluster, service)], above(85, 'Average', 15))
  alarm('ConnectorMemory', [ofService('MemoryUtilization', cluster, service)], above(85, 'Maximum', 10))
  return { topic }
}

function raise(
  topic: aws.sns.Topic,
  name: string,
  part: number,
  metrics: Metric[],
  condition: Condition,
): void {
  const { statistic, minutes, silence = 'notBreaching', ...comparison } = condition
  const unique = part === 0 ? name : `${name}${part + 1}`
  new aws.cloudwatch.MetricAlarm(unique, {
    name: `${$app.name}-${$app.stage}-${unique}`,
    alarmDescription: `docs/runbook.md, ${name}`,
    ...comparison,
    evaluationPeriods: minutes,
    treatMissingData: silence,
    metricQueries: [
      ...metrics.map((metric, index) => ({
        id: `m${index}`,
        metric: { ...metric, period: 60, stat: statistic },
      })),
      {
        id: 'worst',
        label: name,
        returnData: true,
        expression:
          metrics.length === 1 ? 'm0' : `MAX([${metrics.map((_, index) => `m${index}`).join(',')}])`,
      },
    ],
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  })
}
