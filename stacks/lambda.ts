/**
 * One way to make a function: arm64, Node 24, minified, its own log group, and a role that only Lambda may take and
 * that may do what is listed. SST 4.17's own role also trusts the whole account and writes to every log group.
 */
import { writeLogs } from './permissions.ts'
import type { Stage } from './stage.ts'

type Options = Required<Pick<sst.aws.FunctionArgs, 'handler' | 'timeout' | 'memory' | 'environment'>> & {
  copyFiles?: sst.aws.FunctionArgs['copyFiles']
  /** For secrets only: SST lets a function do everything with what it is linked to. */
  link?: sst.Linkable<Record<string, $util.Output<string>>>[]
  description: string
  permissions: Exclude<sst.aws.FunctionArgs['permissions'], undefined>
}

export type Lambda = { name: string; arn: $util.Output<string> }

export function lambda(component: string, stage: Stage, { permissions, ...options }: Options): Lambda {
  const name = `${$app.name}-${$app.stage}-${component.toLowerCase()}`
  const logs = new aws.cloudwatch.LogGroup(`${component}Logs`, {
    name: `/aws/lambda/${name}`,
    retentionInDays: DAYS[stage.logs],
  })
  const { arn } = new sst.aws.Function(component, {
    ...options,
    name,
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    // CommonJS starts a third faster than ES modules (docs/benchmarks.md, cold import).
    nodejs: { format: 'cjs', minify: true },
    logging: { logGroup: logs.name },
    permissions: $resolve([permissions]).apply(([statements]) => [...statements, writeLogs(logs)]),
    transform: {
      role: (role) => {
        role.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: 'lambda.amazonaws.com' })
        role.managedPolicyArns = []
      },
    },
  })
  // Pulumi takes the address of a function for secret as soon as a secret lies in its archive.
  return { name, arn: $util.unsecret(arn) }
}

const DAYS = { '1 week': 7, '1 month': 30, '3 months': 90 } as const
