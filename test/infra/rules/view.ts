/**
 * A reader's view of an evaluation: resources by type, policies and container definitions parsed. A rule is a function
 * of it that answers with a sentence for everything that is wrong, so that each rule can be shown to catch what it is for.
 */
import type { Evaluation, Inputs, Resource, Value } from '../evaluate/evaluation.ts'

export type Rule = (view: View) => string[]
export type View = ReturnType<typeof viewOf>
export type Statement = { Effect: string; Action: string[]; Resource: string[] }
export type Container = {
  name: string
  environment: { name: string; value: string }[]
  secrets: { name: string; valueFrom: string }[]
  stopTimeout?: number
  readonlyRootFilesystem?: boolean
  pseudoTerminal?: boolean
  portMappings?: unknown[]
  linuxParameters?: { capabilities?: { drop?: string[] } }
  mountPoints?: { containerPath: string; readOnly: boolean }[]
  healthCheck?: { command: string[] }
  logConfiguration?: { options: Record<string, string> }
}

/** The value of a secret; any other value as it is. */
export const opened = (value: Value | undefined): Value | undefined =>
  value && typeof value === 'object' && !Array.isArray(value) && '$secret' in value ? value.$secret : value

const json = <T>(value: Value | undefined): T => {
  const open = opened(value)
  return (typeof open === 'string' ? JSON.parse(open) : open) as T
}

export function viewOf(evaluation: Evaluation) {
  const all = (type: string): Resource[] => evaluation.resources.filter((one) => one.type === type)
  const inputsOf = (type: string): Inputs[] => all(type).map(({ inputs }) => inputs)
  const roles = all('aws:iam/role:Role').map(({ name, inputs }) => ({
    name,
    arnPart: `:role/${inputs.name}`,
    managed: (inputs.managedPolicyArns ?? []) as string[],
    trust: json<{ Statement: { Principal: Record<string, string> }[] }>(inputs.assumeRolePolicy).Statement,
    policies: ((opened(inputs.inlinePolicies) ?? []) as Inputs[]).map(({ policy }) => String(opened(policy))),
  }))
  const statementsOf = (policies: string[]): Statement[] =>
    policies
      .flatMap((policy) => (JSON.parse(policy) as { Statement: Record<string, unknown>[] }).Statement)
      .map(({ Effect, Action, Resource }) => ({
        Effect: String(Effect),
        Action: [Action ?? []].flat() as string[],
        Resource: [Resource ?? []].flat() as string[],
      }))
  return {
    evaluation,
    isProduction: evaluation.stage.split('-')[0] === 'production',
    prefix: `${evaluation.app.name}-${evaluation.stage}-`,
    all,
    inputsOf,
    one(type: string, name: string): Resource {
      const found = all(type).find((resource) => resource.name === name)
      if (!found) throw new Error(`there is no ${type} ${name}`)
      return found
    },
    roles: roles.map((role) => ({ ...role, statements: statementsOf(role.policies) })),
    queues: all('aws:sqs/queue:Queue'),
    tables: all('aws:dynamodb/table:Table'),
    functions: all('aws:lambda/function:Function'),
    mappings: inputsOf('aws:lambda/eventSourceMapping:EventSourceMapping'),
    tasks: inputsOf('aws:ecs/taskDefinition:TaskDefinition').map((inputs) => ({
      inputs,
      containers: json<Container[]>(inputs.containerDefinitions),
    })),
  }
}
