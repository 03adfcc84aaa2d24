/**
 * What a part may read is one schema, and the stack gives it exactly that: nothing that is missing, nothing that nobody
 * reads, and no secret in plain text.
 */
import * as z from 'zod'
import { ApiConfig, ConnectorConfig, PlatformConfig } from '#core/platform/config.ts'
import type { Inputs } from '../evaluate/evaluation.ts'
import { opened, type Rule, type View } from './view.ts'

/** Which schema a handler reads its environment with. */
export const SCHEMAS: Record<string, z.ZodType> = {
  'functions/api/handler.handler': ApiConfig,
  'functions/cron/handler.handler': PlatformConfig,
  Connector: ConnectorConfig,
}

/** Set by AWS, or by SST for its own purposes. */
const FROM_ELSEWHERE = ['AWS_REGION', 'SST_KEY', 'SST_KEY_FILE', 'SST_RESOURCE_App']
/** Known to a schema and left to its default on AWS: endpoints of stand-ins, and what nobody has to choose. */
const LEFT_OUT = [
  'DYNAMODB_ENDPOINT',
  'SQS_ENDPOINT',
  'EVENT_RETENTION_DAYS',
  'MESSAGE_RETENTION_DAYS',
  'LOG_LEVEL',
  'CONNECTOR_ID',
]

type Part = { name: string; schema: z.ZodType | undefined; environment: Record<string, string> }

/** Every part with the environment that it gets; what ECS takes from Parameter Store is opened. */
export function partsOf({ functions, tasks, evaluation, inputsOf }: View): Part[] {
  const parameters = inputsOf('aws:ssm/parameter:Parameter')
  const secret = (arn: string) =>
    String(opened(parameters.find(({ name }) => arn.endsWith(`:parameter${name}`))?.value))
  return [
    ...functions.map(({ name, inputs }) => ({
      name,
      schema: SCHEMAS[evaluation.bundles[name.replace(/Function$/, '')]?.handler ?? ''],
      environment: (inputs.environment as { variables: Record<string, string> }).variables,
    })),
    ...tasks.flatMap(({ containers }) =>
      containers.map(({ name, environment, secrets }) => ({
        name,
        schema: SCHEMAS[name],
        environment: Object.fromEntries([
          ...environment.map((one) => [one.name, one.value]),
          ...secrets.map((one) => [one.name, secret(one.valueFrom)]),
        ]),
      })),
    ),
  ]
}

export const environmentIsWhatIsRead: Rule = (view) =>
  partsOf(view).flatMap(({ name, schema, environment }) => {
    if (!schema) return [`${name}: nobody has said what it reads`]
    const known = keysOf(schema)
    const given = Object.keys(environment)
    const read = schema.safeParse(environment)
    const optional = known.filter((key) => !given.includes(key) && !FROM_ELSEWHERE.includes(key))
    return [
      ...given.flatMap((key) =>
        known.includes(key) || FROM_ELSEWHERE.includes(key)
          ? []
          : [`${name} gets ${key}, which it does not read`],
      ),
      ...optional.flatMap((key) =>
        LEFT_OUT.includes(key) || !isPossible(view, key)
          ? []
          : [`${name} could read ${key}, and nobody decided about it`],
      ),
      ...(read.success
        ? []
        : read.error.issues.map(({ path, message }) => `${name}: ${path.join('.')} ${message}`)),
    ]
  })

/** A simulator's address belongs to deployments against one. */
const isPossible = ({ tasks }: View, key: string): boolean =>
  !['WHATSAPP_URL', 'WHATSAPP_ROOT_KEY'].includes(key) ||
  tasks.some(({ containers }) =>
    containers.some(({ environment }) =>
      environment.some((one) => one.name === 'WHATSAPP' && one.value === 'sandbox'),
    ),
  )

type JsonSchema = {
  properties?: Record<string, unknown>
  allOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

/** Every variable that a schema knows, in all its variants. */
function keysOf(schema: z.ZodType): string[] {
  const collect = ({ properties = {}, allOf = [], anyOf = [], oneOf = [] }: JsonSchema): string[] => [
    ...Object.keys(properties),
    ...[...allOf, ...anyOf, ...oneOf].flatMap(collect),
  ]
  return [...new Set(collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema))]
}

/** The only place for a secret is an encrypted parameter. SST keeps what it deploys encrypted as well. */
export const secretsStayHidden =
  (secrets: string[]): Rule =>
  ({ evaluation }) =>
    evaluation.resources.flatMap(({ type, name, inputs }) => {
      const encrypted = type === 'aws:ssm/parameter:Parameter' && inputs.type === 'SecureString'
      const text = JSON.stringify(encrypted ? { ...inputs, value: undefined } : withoutOwnState(type, inputs))
      return secrets.some((secret) => text.includes(secret)) ? [`${name} (${type}) shows a secret`] : []
    })

/** What SST notes about links for its own command line; it is kept encrypted and reaches no part. */
const withoutOwnState = (type: string, inputs: Inputs): Inputs => (type === 'sst:sst:LinkRef' ? {} : inputs)
