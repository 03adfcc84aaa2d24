/**
 * More lines need more connectors, long before they need more CPU: the number of sessions per connector is held at
 * what the memory of one takes. The sweep measures it; CPU and memory are the second and third reason to grow.
 */
import { vital } from './metrics.ts'
import type { Stage } from './stage.ts'

/** Seconds after which the scaler may act again. Lines move when connectors leave, so they leave slowly. */
export const OUT_AFTER = 60
export const IN_AFTER = 600

export function scaleOnSessions(service: sst.aws.Service, { connectors }: Stage): void {
  const { serviceNamespace, scalableDimension, resourceId } = service.nodes.autoScalingTarget
  new aws.appautoscaling.Policy('ConnectorSessions', {
    serviceNamespace,
    scalableDimension,
    resourceId,
    policyType: 'TargetTrackingScaling',
    targetTrackingScalingPolicyConfiguration: {
      customizedMetricSpecification: { ...vital('sessionsPerConnector'), statistic: 'Maximum' },
      targetValue: connectors.sessions,
      scaleInCooldown: IN_AFTER,
      scaleOutCooldown: OUT_AFTER,
    },
  })
}
