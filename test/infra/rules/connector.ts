/** The connector's container cannot be entered, written or reached; it has time to drain; and it grows with its lines. */
import { existsSync } from 'node:fs'
import type { Inputs } from '../evaluate/evaluation.ts'
import type { Rule } from './view.ts'

export const containersAreClosed: Rule = ({ tasks, inputsOf }) => [
  ...tasks.flatMap(({ inputs, containers }) =>
    containers.flatMap((one) => [
      ...(one.readonlyRootFilesystem ? [] : [`${one.name} can write its own file system`]),
      ...(one.linuxParameters?.capabilities?.drop?.includes('ALL')
        ? []
        : [`${one.name} has Linux capabilities`]),
      ...(one.portMappings?.length ? [`${one.name} opens ports`] : []),
      ...(one.pseudoTerminal ? [`${one.name} has a terminal`] : []),
      ...((one.mountPoints ?? []).every(({ containerPath }) => containerPath === '/tmp')
        ? []
        : [`${one.name} can write more than /tmp`]),
      ...((inputs.runtimePlatform as Inputs).cpuArchitecture === 'ARM64'
        ? []
        : [`${one.name} is not for arm64`]),
    ]),
  ),
  ...inputsOf('aws:ecs/service:Service').flatMap(({ name, enableExecuteCommand }) =>
    enableExecuteCommand ? [`one can log into ${name}`] : [],
  ),
  ...inputsOf('aws:ec2/securityGroup:SecurityGroup').flatMap(({ description, ingress, egress }) => [
    ...((ingress as unknown[]).length === 0 ? [] : [`"${description}" lets somebody in`]),
    ...((egress as Inputs[]).every(({ fromPort, toPort }) => fromPort === 443 && toPort === 443)
      ? []
      : [`"${description}" lets more out than TLS`]),
  ]),
]

export const connectorHasTimeToDrain: Rule = ({ tasks }) =>
  tasks.flatMap(({ containers }) =>
    containers.flatMap(({ name, stopTimeout = 30, healthCheck, logConfiguration }) => [
      ...(stopTimeout >= 30 && stopTimeout <= 120
        ? []
        : [`${name} is killed ${stopTimeout} s after SIGTERM`]),
      ...(healthCheck?.command.includes('connector/probe.ts') ? [] : [`nobody asks ${name} how it is`]),
      ...(logConfiguration?.options.mode === 'non-blocking' ? [] : [`${name} stops when its log does`]),
    ]),
  )

export const deploysRoll: Rule = ({ all }) =>
  all('aws:ecs/service:Service').flatMap(({ name, inputs, options }) => {
    const network = inputs.networkConfiguration as Inputs
    const breaker = inputs.deploymentCircuitBreaker as Inputs
    return [
      ...(Number(inputs.deploymentMinimumHealthyPercent) >= 100
        ? []
        : [`${name}: the old leave before the new are well`]),
      ...(Number(inputs.deploymentMaximumPercent) > 100
        ? []
        : [`${name}: there is no room for the new beside the old`]),
      ...(breaker?.enable && breaker.rollback ? [] : [`${name}: a bad deploy is not taken back`]),
      ...(options.ignore.includes('desiredCount') ? [] : [`${name}: a deploy undoes what the scaler did`]),
      ...(network.assignPublicIp ? [] : [`${name} needs a NAT to reach WhatsApp`]),
    ]
  })

export const nobodyPaysForNat: Rule = ({ evaluation }) =>
  evaluation.resources.flatMap(({ type, name }) =>
    /natGateway|:eip:|ec2\/instance|loadBalancer|privateDnsNamespace/i.test(type)
      ? [`${name} (${type}) costs by the hour`]
      : [],
  )

export const connectorScales: Rule = ({ inputsOf, isProduction, evaluation }) => {
  const [target] = inputsOf('aws:appautoscaling/target:Target')
  const policies = inputsOf('aws:appautoscaling/policy:Policy').map(
    ({ targetTrackingScalingPolicyConfiguration: policy }) => policy as Inputs,
  )
  const custom = policies.map(
    ({ customizedMetricSpecification }) => (customizedMetricSpecification as Inputs | undefined)?.metricName,
  )
  const predefined = policies.map(
    ({ predefinedMetricSpecification }) =>
      (predefinedMetricSpecification as Inputs | undefined)?.predefinedMetricType,
  )
  const shards = Number(
    evaluation.resources
      .map(({ inputs }) => (inputs.environment as { variables?: Inputs } | undefined)?.variables?.SHARDS)
      .find(Boolean),
  )
  return [
    ...(custom.includes('SessionsPerConnector') ? [] : ['it does not scale on sessions']),
    ...(predefined.includes('ECSServiceAverageCPUUtilization') ? [] : ['it does not scale on CPU']),
    ...(Number(target?.maxCapacity) <= shards
      ? []
      : ['there are more connectors than shards: some would idle']),
    ...(!isProduction || Number(target?.minCapacity) >= 2
      ? []
      : ['production waits for a start when its connector dies']),
  ]
}

export const imagesCanBeBuilt: Rule = ({ inputsOf }) =>
  inputsOf('docker-build:index:Image').flatMap(({ dockerfile, platforms }) => {
    const { location } = dockerfile as { location: string }
    return [
      ...(existsSync(location) ? [] : [`${location} is not there`]),
      ...(String(platforms) === 'linux/arm64' ? [] : [`an image is built for ${platforms}`]),
    ]
  })
