/** The metrics that alarms, scaling and the dashboard look at, each named once. */
import { MEASURES } from '../core/measures.ts'
import { VITALS } from '../core/vitals.ts'
import type { Lambda } from './lambda.ts'

export type Metric = {
  namespace: $util.Input<string>
  metricName: string
  dimensions?: Record<string, $util.Input<string>>
}

/** Where functions and connectors write ours: they get it as METRICS_NAMESPACE. */
export const namespace = (): string => `${$app.name}/${$app.stage}`

export const vital = (name: keyof typeof VITALS) => ({ namespace: namespace(), metricName: VITALS[name] })

/** What every connector says of itself. */
export const measure = (name: keyof typeof MEASURES): Metric => ({
  namespace: namespace(),
  metricName: MEASURES[name],
})

export const ofQueue = (metricName: string, queue: sst.aws.Queue): Metric => ({
  namespace: 'AWS/SQS',
  metricName,
  dimensions: { QueueName: queue.nodes.queue.name },
})

export const ofFunction = (metricName: string, handler: Lambda): Metric => ({
  namespace: 'AWS/Lambda',
  metricName,
  dimensions: { FunctionName: handler.name },
})

export const ofTable = (metricName: string, table: sst.aws.Dynamo): Metric => ({
  namespace: 'AWS/DynamoDB',
  metricName,
  dimensions: { TableName: table.name },
})

export const ofApi = (metricName: string, api: sst.aws.ApiGatewayV2): Metric => ({
  namespace: 'AWS/ApiGateway',
  metricName,
  dimensions: { ApiId: api.nodes.api.id },
})

export const ofService = (
  metricName: string,
  cluster: sst.aws.Cluster,
  service: sst.aws.Service,
): Metric => ({
  namespace: 'AWS/ECS',
  metricName,
  dimensions: { ClusterName: cluster.nodes.cluster.name, ServiceName: service.nodes.service.name },
})
