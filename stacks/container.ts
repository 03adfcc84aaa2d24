/**
 * What SST 4.17 leaves open about a container and its roles, closed: a file system that cannot be written except /tmp,
 * no Linux capabilities, no terminal, no ports, time to drain; an execution role that reads these two secrets, this one
 * image repository and this one log group; a task role without the back door for shells.
 */
import type { Statement } from './permissions.ts'
import type { Secrets } from './secrets.ts'

type Container = Record<string, unknown> & {
  linuxParameters: Record<string, unknown>
  logConfiguration: { options: Record<string, unknown> }
}

/** Draining takes a few seconds; the rest is for a store that is slow just then. Fargate's bound is 120. */
const STOP_SECONDS = 60
const SCRATCH = 'scratch'

export const scratchVolume = { name: SCRATCH }

/** @param definitions the container definitions of a task, as JSON */
export function harden(definitions: string): string {
  const containers = JSON.parse(definitions) as Container[]
  return JSON.stringify(
    containers.map(({ pseudoTerminal, portMappings, linuxParameters, logConfiguration, ...container }) => ({
      ...container,
      stopTimeout: STOP_SECONDS,
      readonlyRootFilesystem: true,
      mountPoints: [{ sourceVolume: SCRATCH, containerPath: '/tmp', readOnly: false }],
      linuxParameters: { ...linuxParameters, capabilities: { drop: ['ALL'] } },
      // When the log service does not answer, lines of the log get lost and not lines of WhatsApp.
      logConfiguration: {
        ...logConfiguration,
        options: { ...logConfiguration.options, mode: 'non-blocking', 'max-buffer-size': '4m' },
      },
    })),
  )
}

/** Exactly these statements. SST adds those by which one logs into a container, and we do not. */
export function taskPolicy(role: aws.iam.RoleArgs, statements: Statement[]): void {
  role.inlinePolicies = [{ name: 'inline', policy: aws.iam.getPolicyDocumentOutput({ statements }).json }]
}

/** What ECS itself needs to start the task. */
export function executionPolicy(
  role: aws.iam.RoleArgs,
  { masterKey, proxy }: Secrets,
  logGroup: $util.Input<string>,
): void {
  const region = aws.getRegionOutput().region
  const account = aws.getCallerIdentityOutput().accountId
  role.managedPolicyArns = []
  role.inlinePolicies = [
    {
      name: 'inline',
      policy: aws.iam.getPolicyDocumentOutput({
        statements: [
          { actions: ['ssm:GetParameters'], resources: [masterKey.arn, proxy.arn] },
          // The only action of ECR that knows no resource.
          { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
          {
            actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
            resources: [$interpolate`arn:aws:ecr:${region}:${account}:repository/sst-asset`],
          },
          {
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [$interpolate`arn:aws:logs:${region}:${account}:log-group:${logGroup}:*`],
          },
        ],
      }).json,
    },
  ]
}
