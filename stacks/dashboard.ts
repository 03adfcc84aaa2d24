/** One page in CloudWatch that answers, from top to bottom: do the lines hold, does the API answer, what does it cost. */

import { MEASURES, SESSIONS_BY_STATUS } from '../core/measures.ts'
import type { Lambda } from './lambda.ts'
import { namespace } from './metrics.ts'

type Widget = { title: string; metrics: unknown[][]; stat?: string; width?: number }
type Names = {
  tables: string[]
  queues: string
  api: string
  functions: string[]
  cluster: string
  service: string
}

export function dashboard({
  tables,
  http,
  functions,
  cluster,
  service,
}: {
  tables: Record<string, sst.aws.Dynamo>
  http: sst.aws.ApiGatewayV2
  functions: Lambda[]
  cluster: sst.aws.Cluster
  service: sst.aws.Service
}): void {
  const names = $util.output({
    tables: Object.values(tables).map(({ name }) => name),
    api: http.nodes.api.id,
    functions: functions.map(({ name }) => name),
    cluster: cluster.nodes.cluster.name,
    service: service.nodes.service.name,
    region: aws.getRegionOutput().region,
  })
  new aws.cloudwatch.Dashboard('Dashboard', {
    dashboardName: `${$app.name}-${$app.stage}`,
    dashboardBody: names.apply((known) =>
      JSON.stringify({
        widgets: place(widgetsOf({ ...known, queues: `${$app.name}-${$app.stage}-commands-` }), known.region),
      }),
    ),
  })
}

function widgetsOf({ tables, queues, api, functions, cluster, service }: Names): Widget[] {
  const ours = namespace()
  const inService = ['ClusterName', cluster, 'ServiceName', service]
  const worstQueue = (metric: string, name: string) => [
    [
      {
        expression: `MAX(SEARCH('{AWS/SQS,QueueName} ${name} MetricName="${metric}"', 'Maximum', 60))`,
        label: metric,
      },
    ],
  ]
  return [
    {
      title: 'Sessions',
      metrics: [
        [ours, 'Sessions'],
        [ours, 'SessionsPerConnector'],
      ],
      stat: 'Maximum',
    },
    {
      title: 'Connectors; shards without one; sessions away, %',
      metrics: [
        [ours, 'Connectors'],
        [ours, 'OrphanShards'],
        [ours, 'SessionsAway'],
      ],
      stat: 'Minimum',
    },
    {
      title: 'Sessions by status',
      metrics: Object.values(SESSIONS_BY_STATUS).map((name) => [ours, name]),
      stat: 'Sum',
    },
    {
      title: 'Handovers of shards; connections that had to be made again',
      metrics: [
        [ours, MEASURES.handovers],
        [ours, MEASURES.reconnects],
      ],
      stat: 'Sum',
    },
    { title: 'Longest pause of a handover, ms', metrics: [[ours, MEASURES.handoverTime]], stat: 'Maximum' },
    { title: 'Commit of device state, ms, p99', metrics: [[ours, MEASURES.commitLatency]], stat: 'p99' },
    { title: 'Frames that wait for a commit', metrics: [[ours, MEASURES.gateDepth]], stat: 'Maximum' },
    {
      title: 'Command on its way to a connector, ms, p99',
      metrics: [[ours, MEASURES.queueAge]],
      stat: 'p99',
    },
    {
      title: 'Connector CPU and memory, %',
      metrics: ['CPUUtilization', 'MemoryUtilization'].map((metric) => ['AWS/ECS', metric, ...inService]),
      stat: 'Maximum',
    },
    {
      title: 'API requests and errors',
      metrics: ['Count', '4xx', '5xx'].map((metric) => ['AWS/ApiGateway', metric, 'ApiId', api]),
      stat: 'Sum',
    },
    { title: 'API latency, ms, p99', metrics: [['AWS/ApiGateway', 'Latency', 'ApiId', api]], stat: 'p99' },
    {
      title: 'Functions: longest run, ms',
      metrics: functions.map((name) => ['AWS/Lambda', 'Duration', 'FunctionName', name]),
      stat: 'Maximum',
    },
    { title: 'Commands: oldest, s', metrics: worstQueue('ApproximateAgeOfOldestMessage', queues) },
    { title: 'Commands: waiting or dead', metrics: worstQueue('ApproximateNumberOfMessagesVisible', queues) },
    {
      title: 'Write units',
      metrics: tables.map((name) => ['AWS/DynamoDB', 'ConsumedWriteCapacityUnits', 'TableName', name]),
      stat: 'Sum',
    },
    {
      title: 'Read units',
      metrics: tables.map((name) => ['AWS/DynamoDB', 'ConsumedReadCapacityUnits', 'TableName', name]),
      stat: 'Sum',
    },
  ]
}

/** Three in a row; CloudWatch's grid is 24 wide. */
const place = (widgets: Widget[], region: string) =>
  widgets.map(({ title, metrics, stat }, index) => ({
    type: 'metric',
    x: (index % 3) * 8,
    y: Math.floor(index / 3) * 6,
    width: 8,
    height: 6,
    properties: { title, metrics, region, period: 60, ...(stat ? { stat } : {}) },
  }))
