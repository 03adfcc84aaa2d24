/**
 * The connector on Fargate. A deploy starts the new tasks beside the old ones; an old one gets SIGTERM, closes its
 * sockets, makes what is pending durable and hands its lines on. Two tasks never hold one line: leases see to that, so
 * running side by side is safe.
 */
import { executionPolicy, harden, scratchVolume, taskPolicy } from './container.ts'
import type { Environments } from './environment.ts'
import type { Network } from './network.ts'
import { listFiles, onFiles, READING, sendTo, table, takeCommands, WRITING } from './permissions.ts'
import type { Commands, Jobs } from './queues.ts'
import { IN_AFTER, OUT_AFTER, scaleOnSessions } from './scaling.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

type Parts = {
  tables: Tables
  commands: Commands
  jobs: Jobs
  files: sst.aws.Bucket
  secrets: Secrets
  network: Network
  environment: Environments
}

export function connector(
  stage: Stage,
  { tables, commands, jobs, files, secrets, network, environment }: Parts,
) {
  const { min, spot, cpu, memory } = stage.connectors
  const { vpcId, subnets, securityGroup } = network
  const cluster = new sst.aws.Cluster('Cluster', {
    vpc: {
      id: vpcId,
      containerSubnets: subnets,
      loadBalancerSubnets: subnets,
      securityGroups: [securityGroup],
    },
  })
  const logGroup = `/${$app.name}/${$app.stage}/connector`
  // A write that collides with what is there looks at it: that is what `BatchGetItem` is for, on the first three.
  const permissions = [
    table(tables.main, ...READING, ...WRITING, 'ConditionCheckItem'),
    table(tables.messages, ...READING, ...WRITING),
    table(tables.events, 'BatchGetItem', 'Query', 'PutItem', 'BatchWriteItem'),
    table(tables.devices, ...READING, 'PutItem', 'UpdateItem', 'DeleteItem'),
    takeCommands(commands),
    onFiles(files, 'GetObject', 'PutObject', 'DeleteObject'),
    listFiles(files),
    sendTo(jobs.events.live, jobs.live.live, jobs.webhooks.live),
  ]
  const service = new sst.aws.Service('Connector', {
    cluster,
    architecture: 'arm64',
    cpu,
    memory,
    capacity: spot ? 'spot' : { fargate: { weight: 1 } },
    scaling: {
      min,
      // A connector without a shard would have nothing to do.
      max: stage.shards,
      cpuUtilization: 60,
      memoryUtilization: 75,
      scaleInCooldown: `${IN_AFTER} seconds`,
      scaleOutCooldown: `${OUT_AFTER} seconds`,
    },
    image: { context: '.', dockerfile: 'connector/Dockerfile' },
    environment: environment.connector,
    ssm: { MASTER_KEY: secrets.masterKey.arn, PROXY_URL: secrets.proxy.arn },
    logging: { name: logGroup, retention: stage.logs },
    health: {
      command: ['CMD', 'node', 'connector/probe.ts'],
      interval: '30 seconds',
      timeout: '10 seconds',
      startPeriod: '60 seconds',
      retries: 3,
    },
    transform: {
      taskRole: (role) => {
        taskPolicy(role, permissions)
      },
      executionRole: (role) => {
        executionPolicy(role, secrets, logGroup)
      },
      taskDefinition: (task) => {
        task.containerDefinitions = $resolve([task.containerDefinitions]).apply(([json]) => harden(json))
        task.volumes = [scratchVolume]
      },
      service: (service, options) => {
        service.networkConfiguration = { subnets, securityGroups: [securityGroup], assignPublicIp: true }
        service.deploymentMinimumHealthyPercent = 100
        service.deploymentMaximumPercent = 200
        service.enableExecuteCommand = false
        // The scaler owns it: a deploy must not send the fleet back to its minimum.
        options.ignoreChanges = ['desiredCount']
      },
    },
  })
  scaleOnSessions(service, stage)
  return { cluster, service, logGroup }
}
