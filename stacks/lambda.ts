/**
 * One way to make a function: arm64, Node 24, minified, its own log group, and a role that only Lambda may take and
 * that may do what is listed. SST 4.17's own role also trusts the whole account and writes to every log group.
 */
import { writeLogs } from './permissions'
import type { Stage } from './stage'

type Options = Required<Pick<sst.aws.FunctionArgs, 'handler' | 'timeout' | 'memory' | 'environment'>> & {
  copyFiles?: sst.aws.FunctionArgs['copyFiles']
  description: string
  permissions: Exclude<sst.aws.FunctionArgs['permissions'], undefined>
}

export function lambda(
  component: string,
  stage: Stage,
  { permissions, ...options }: Options,
): sst.aws.Function {
  const name = `${$app.name}-${$app.stage}-${component.toLowerCase()}`
  const logs = new aws.cloudwatch.LogGroup(`${component}Logs`, {
    name: `/aws/lambda/${name}`,
    retentionInDays: DAYS[stage.logs],
  })
  return new sst.aws.Function(component, {
    ...options,
    name,
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    nodejs: { minify: true },
    logging: { logGroup: logs.name },
    permissions: $resolve([permissions]).apply(([statements]) => [...statements, writeLogs(logs)]),
    transform: {
      role: (role) => {
        role.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: 'lambda.amazonaws.com' })
        role.managedPolicyArns = []
      },
    },
  })
}

const DAYS = { '1 week': 7, '1 month': 30, '3 months': 90 } as const
