/**
 * What a part may read is one schema, and the stack gives it exactly that: nothing that is missing, nothing that nobody
 * reads, and no secret in plain text.
 */
import * as z from 'zod'
import { ConversationConfig, HookConfig, OrdersConfig, TwilioConfig } from '#core/conversation/config.ts'
import { GateConfig, LiveConfig } from '#core/live/config.ts'
import { ApiConfig, ConnectorConfig, PlatformConfig } from '#core/platform/config.ts'
import { DeliveryConfig, FanOutConfig, SweepConfig, WebhookConfig } from '#core/webhook/config.ts'
import { Timing } from '../../../connector/timing.ts'
import { SETTINGS } from '../../../stacks/settings.ts'
import type { Inputs } from '../evaluate/evaluation.ts'
import { opened, type Rule, type View } from './view.ts'

/** Which schema a part reads its environment with. */
export const SCHEMAS: Record<string, z.ZodType> = {
  'functions/api/handler.handler': ApiConfig.extend(ConversationConfig.shape)
    .extend(TwilioConfig.shape)
    .extend(WebhookConfig.shape),
  'functions/hooks/handler.handler': HookConfig,
  'functions/consumers/events-handler.handler': OrdersConfig,
  'functions/consumers/orders-handler.handler': OrdersConfig,
  'functions/live/handler.handler': GateConfig,
  'functions/consumers/live-handler.handler': LiveConfig,
  'functions/cron/handler.handler': PlatformConfig,
  'functions/cron/conversations-handler.handler': OrdersConfig,
  'functions/cron/webhooks-handler.handler': SweepConfig,
  'functions/consumers/news-handler.handler': FanOutConfig,
  'functions/consumers/deliveries-handler.handler': DeliveryConfig,
  Connector: ConnectorConfig.and(Timing),
}

/** Set by AWS, or by SST for its own purposes, or found beside the code and not in the environment. */
const FROM_ELSEWHERE = [
  'AWS_REGION',
  'SST_KEY',
  'SST_KEY_FILE',
  'SST_RESOURCE_App',
  'TWILIO_AUTH_TOKEN',
  'OPENAI_API_KEY',
  'WEBHOOK_KEY',
  'CONTENT_KEY',
  'EDGE_KEY',
]
/** Of what is found beside the code, what a part cannot do without. */
const SEALED = { WEBHOOK_KEY: '00'.repeat(32) }
/** Known to a schema and not for AWS: endpoints of stand-ins, fixed names of processes, periods that tests change. */
const NOT_ON_AWS = [
  'DYNAMODB_ENDPOINT',
  'SQS_ENDPOINT',
  'S3_ENDPOINT',
  'CONNECTOR_ID',
  'WEBHOOK_LEASE_MS',
  ...Object.keys(Timing.shape),
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
    const read = schema.safeParse({ ...environment, ...SEALED })
    const missing = known.filter((key) => !given.includes(key) && !FROM_ELSEWHERE.includes(key))
    return [
      ...given.flatMap((key) =>
        known.includes(key) || FROM_ELSEWHERE.includes(key)
          ? []
          : [`${name} gets ${key}, which it does not read`],
      ),
      ...missing.flatMap((key) =>
        NOT_ON_AWS.includes(key) || isLeftOut(view, key)
          ? []
          : [`${name} could read ${key}, and the stack does not say what`],
      ),
      ...(read.success
        ? []
        : read.error.issues.map(({ path, message }) => `${name}: ${path.join('.')} ${message}`)),
    ]
  })

/** What a deployment may leave to its default, or has no use for. */
function isLeftOut({ evaluation, tasks }: View, key: string): boolean {
  const isSimulated = tasks.some(({ containers }) =>
    containers.some(({ environment }) =>
      environment.some((one) => one.name === 'WHATSAPP' && one.value === 'sandbox'),
    ),
  )
  if (key === 'WHATSAPP_URL' || key === 'WHATSAPP_ROOT_KEY') return !isSimulated
  const isEverythingChosen = evaluation.resources.some(
    ({ type }) => type === 'aws:sns/topicSubscription:TopicSubscription',
  )
  return !isEverythingChosen && (SETTINGS.includes(key) || key === 'ORDERS_QUEUE_URL')
}

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
