/** Each rule catches what it is for: the evaluation is spoiled in one point, and the rule has to say so. */
import { describe, expect, test } from 'vitest'
import type { Evaluation, Inputs, Value } from './evaluate/evaluation.ts'
import { RULES } from './rules/index.ts'
import { opened, viewOf } from './rules/view.ts'
import { evaluated } from './variants.ts'

const sound = evaluated('production')
type Spoil = (inputs: Inputs, evaluation: Evaluation) => void
type Mutation = [rule: string, what: string, spoil: (evaluation: Evaluation) => void]

/** Spoils the inputs of one resource; `name` is how the stack calls it. */
const of = (name: string, spoil: Spoil) => (evaluation: Evaluation) => {
  const found = evaluation.resources.find((one) => one.name === name && one.type.startsWith('aws:'))
  if (!found) throw new Error(`there is no ${name}`)
  spoil(found.inputs, evaluation)
}
const set = (name: string, change: Inputs) => of(name, (inputs) => Object.assign(inputs, change))
const option =
  (name: string, change: Partial<Evaluation['resources'][number]['options']>) => (evaluation: Evaluation) => {
    for (const one of evaluation.resources) if (one.name === name) Object.assign(one.options, change)
  }
const ofType = (type: string, spoil: Spoil) => (evaluation: Evaluation) => {
  const found = evaluation.resources.find((one) => one.type === type)
  if (!found) throw new Error(`there is no ${type}`)
  spoil(found.inputs, evaluation)
}
const add = (type: string, name: string, inputs: Inputs) => (evaluation: Evaluation) =>
  evaluation.resources.push({ type, name, inputs, options: { protect: false, retain: false, ignore: [] } })
const remove = (name: string) => (evaluation: Evaluation) => {
  evaluation.resources = evaluation.resources.filter((one) => one.name !== name)
}
const policy = (role: string, Action: string, Resource: string) =>
  of(role, (inputs) => {
    const Statement = [{ Effect: 'Allow', Action: [Action], Resource: [Resource] }]
    inputs.inlinePolicies = [{ name: 'inline', policy: JSON.stringify({ Statement }) }]
  })
const denied = (role: string, action: string, table: string) =>
  of(role, (inputs) => {
    const policies = opened(inputs.inlinePolicies) as Inputs[]
    inputs.inlinePolicies = policies.map(({ name, policy }) => {
      const { Statement } = JSON.parse(String(opened(policy))) as { Statement: Record<string, Value>[] }
      const left = Statement.map(({ Action, Resource, ...rest }) => ({
        ...rest,
        Resource: Resource ?? [],
        Action: [Action ?? []]
          .flat()
          .filter((one) => one !== action || !JSON.stringify(Resource).includes(`-${table}Table-`)),
      }))
      return { name: name ?? '', policy: JSON.stringify({ Statement: left }) }
    })
  })
const container = (change: Record<string, Value>) =>
  of('ConnectorTask', (inputs) => {
    const [first] = JSON.parse(String(opened(inputs.containerDefinitions))) as Record<string, Value>[]
    inputs.containerDefinitions = JSON.stringify([{ ...first, ...change }])
  })
const variables = (change: (known: Inputs) => void) =>
  of('ApiFunction', ({ environment }) => change((environment as { variables: Inputs }).variables))

const dashboard = (name: string, other: string) =>
  of('Dashboard', (inputs) => {
    inputs.dashboardBody = String(opened(inputs.dashboardBody)).replaceAll(`"${name}"`, `"${other}"`)
  })

const OWN_QUEUE = 'arn:aws:sqs:us-east-1:123456789012:linekeeper-production-commands-0.fifo'

const SITE = 'the site is closed, and the API behind it never cached'

const SEALED = 'who reads what encrypted sessions say can open it, and nobody else'
const COVERED = 'roles cover what their code calls'
const linked = (component: string, links: string[]) => (evaluation: Evaluation) =>
  void Object.assign(evaluation.bundles[component] ?? {}, { links })

const MUTATIONS: Mutation[] = [
  [COVERED, 'a ledger that the API may not look into', denied('ApiRole', 'dynamodb:GetItem', 'Messages')],
  [COVERED, 'a condition that cannot be checked', denied('FeedRole', 'dynamodb:ConditionCheckItem', 'Main')],
  [COVERED, 'messages that cannot move', denied('ConnectorTaskRole', 'dynamodb:DeleteItem', 'Messages')],
  [SEALED, 'a reader without the key', linked('Deliveries', ['WebhookSecrets'])],
  [SEALED, 'a reader of files without the key', linked('Api', ['Secrets', 'WebhookSecrets'])],
  [SEALED, 'a key for somebody who reads nothing', linked('FanOut', ['ContentSecrets'])],
  [SEALED, 'a key for whom strangers call', linked('Hook', ['ContentSecrets'])],
  [SEALED, 'a reader who may not read', policy('DeliveriesRole', 'sqs:SendMessage', OWN_QUEUE)],
  [
    'tables are as core declares them',
    'an index on other keys',
    of('MainTable', ({ globalSecondaryIndexes }) => {
      Object.assign((globalSecondaryIndexes as Inputs[])[0]!, { hashKey: 'pk' })
    }),
  ],
  ['tables are as core declares them', 'no expiry', set('EventsTable', { ttl: null })],
  ['tables are as core declares them', 'a table that is missing', remove('DevicesTable')],
  [
    'tables are as core declares them',
    'a table that nobody declared',
    add('aws:dynamodb/table:Table', 'OtherTable', {}),
  ],
  [
    'tables keep what is in them',
    'no point-in-time recovery',
    set('MainTable', { pointInTimeRecovery: { enabled: false } }),
  ],
  ['tables keep what is in them', 'no protection', set('MainTable', { deletionProtectionEnabled: false })],
  ['tables keep what is in them', 'gone with its stack', option('MainTable', { retain: false })],
  ['tables keep what is in them', 'a fixed capacity', set('MainTable', { billingMode: 'PROVISIONED' })],
  ['queues are as core declares them', 'a queue that is missing', remove('Commands3Queue')],
  [
    'queues are as core declares them',
    'one that nobody declared',
    set('Commands3Queue', { name: 'linekeeper-production-commands-99.fifo' }),
  ],
  [
    'queues are as core declares them',
    'another visibility',
    set('JobsordersQueue', { visibilityTimeoutSeconds: 30 }),
  ],
  [
    'queues are as core declares them',
    'order across sessions',
    set('Commands3Queue', { deduplicationScope: 'queue' }),
  ],
  [
    'dead letters go to a queue of the same kind',
    'a standard queue for FIFO',
    set('Commands3DeadQueue', { fifoQueue: false }),
  ],
  [
    'dead letters go to a queue of the same kind',
    'none at all',
    set('JobseventsQueue', { redrivePolicy: null }),
  ],
  ['dead letters go to a queue of the same kind', 'one that is not there', remove('JobseventsDeadQueue')],
  ['queues are encrypted', 'one that is not', set('Commands0Queue', { sqsManagedSseEnabled: false })],
  [
    'consumers take their time, and fail one message at a time',
    'a visibility below the time limit',
    set('OrdersFunction', { timeout: 900 }),
  ],
  [
    'consumers take their time, and fail one message at a time',
    'whole batches',
    ofType('aws:lambda/eventSourceMapping:EventSourceMapping', (inputs) => {
      inputs.functionResponseTypes = []
    }),
  ],
  [
    'buckets are private and forget',
    'a bucket as it comes',
    add('aws:s3/bucket:Bucket', 'Media', { bucket: 'media' }),
  ],
  [
    'buckets are private and forget',
    'one that is opened',
    add('aws:s3/bucketPolicy:BucketPolicy', 'Open', {
      bucket: 'media',
      policy: '{"Statement":[{"Effect":"Allow"}]}',
    }),
  ],
  [
    SITE,
    'a page without TLS',
    of('SiteCdnDistribution', ({ defaultCacheBehavior }) => {
      ;(defaultCacheBehavior as Inputs).viewerProtocolPolicy = 'allow-all'
    }),
  ],
  [
    SITE,
    'answers of the API that are cached',
    of('SiteCdnDistribution', ({ orderedCacheBehaviors }) => {
      ;(orderedCacheBehaviors as Inputs[])[0]!.cachePolicyId = '658327ea-f89d-4fab-a63d-7e88639e58f6'
    }),
  ],
  [
    SITE,
    'a call that does not reach the API',
    of('SiteCdnDistribution', ({ orderedCacheBehaviors }) => {
      ;(orderedCacheBehaviors as Inputs[]).shift()
    }),
  ],
  [
    SITE,
    'scripts from anywhere',
    of('SiteHeaders', ({ securityHeadersConfig }) => {
      const { contentSecurityPolicy } = securityHeadersConfig as Record<string, Inputs>
      contentSecurityPolicy!.contentSecurityPolicy = 'script-src *'
    }),
  ],
  [SITE, 'a page without headers', remove('SiteHeaders')],
  [
    SITE,
    'viewers who say themselves who they are',
    of('SiteCdnDistribution', ({ orderedCacheBehaviors }) => {
      ;(orderedCacheBehaviors as Inputs[])[0]!.functionAssociations = []
    }),
  ],
  [
    SITE,
    'a viewer who is believed',
    set('Viewer', { code: 'var handler = (event) => event.request /* x-linekeeper-viewer */' }),
  ],
  [
    SITE,
    'a distribution that does not show itself',
    of('SiteCdnDistribution', (inputs) => {
      inputs.origins = (opened(inputs.origins) as Inputs[]).map(({ customHeaders: _, ...origin }) => origin)
    }),
  ],
  [
    'roles trust one service',
    'the whole account',
    set('ApiRole', { assumeRolePolicy: '{"Statement":[{"Principal":{"AWS":"*"}}]}' }),
  ],
  ['roles name their actions', 'a star', policy('ApiRole', 'sqs:*', OWN_QUEUE)],
  [
    'roles name their actions',
    'a policy of AWS',
    set('ApiRole', { managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
  ],
  ['roles stay in their stage', 'everything', policy('ApiRole', 'sqs:SendMessage', '*')],
  [
    'roles stay in their stage',
    'another stage',
    policy('ApiRole', 'sqs:SendMessage', OWN_QUEUE.replace('production', 'staging')),
  ],
  [
    'roles stay in their stage',
    'an open end',
    policy('ApiRole', 'sqs:SendMessage', OWN_QUEUE.replace('commands-0.fifo', '*')),
  ],
  [
    'roles are used',
    'one that is left over',
    add('aws:iam/role:Role', 'Left', {
      name: 'linekeeper-production-Left',
      assumeRolePolicy: '{"Statement":[]}',
    }),
  ],
  ['policies fit into IAM', 'a long list', policy('ApiRole', 'sqs:SendMessage', OWN_QUEUE.repeat(200))],
  [
    'functions are built, within their budgets',
    'a large one',
    ({ bundles }) => {
      if (bundles.Api) bundles.Api.bytes = 5_000_000
    },
  ],
  [
    'functions are built, within their budgets',
    'one without code',
    ({ bundles }) => {
      delete bundles.Hook
    },
  ],
  [
    'functions run as they were measured',
    'another processor',
    set('ApiFunction', { architectures: ['x86_64'] }),
  ],
  ['functions run as they were measured', 'a quarter of an hour', set('SweepFunction', { timeout: 900 })],
  ['the API answers while somebody waits', 'a minute', set('ApiFunction', { timeout: 60 })],
  ['logs are kept, and not for ever', 'for ever', set('ApiLogs', { retentionInDays: 0 })],
  [
    'logs are kept, and not for ever',
    'a group that Lambda makes',
    set('ApiFunction', { loggingConfig: { logGroup: '/aws/lambda/other' } }),
  ],
  ['each part gets what it reads', 'a value that is missing', variables((known) => delete known.MAIN_TABLE)],
  [
    'each part gets what it reads',
    'a value that nobody reads',
    variables((known) => Object.assign(known, { TYPO: '1' })),
  ],
  [
    'each part gets what it reads',
    'a wrong value',
    variables((known) => Object.assign(known, { SHARDS: 'many' })),
  ],
  [
    'secrets stay hidden',
    'a key in an environment',
    variables((known) => Object.assign(known, { KEY: 'ab12'.repeat(16) })),
  ],
  ['secrets stay hidden', 'a parameter that is not encrypted', set('MasterKeyParameter', { type: 'String' })],
  [
    'containers are closed',
    'a file system that can be written',
    container({ readonlyRootFilesystem: false }),
  ],
  ['containers are closed', 'capabilities', container({ linuxParameters: {} })],
  ['containers are closed', 'ports', container({ portMappings: [{ containerPort: 8080 }] })],
  ['containers are closed', 'a shell', set('ConnectorService', { enableExecuteCommand: true })],
  ['containers are closed', 'a door', set('ConnectorSecurity', { ingress: [{ fromPort: 22, toPort: 22 }] })],
  ['the connector has time to drain', 'two seconds', container({ stopTimeout: 2 })],
  [
    'the connector has time to drain',
    'no health check',
    container({ healthCheck: { command: ['CMD', 'true'] } }),
  ],
  [
    'deploys roll',
    'the old one leaves first',
    set('ConnectorService', { deploymentMinimumHealthyPercent: 0 }),
  ],
  ['deploys roll', 'a count that is set back', option('ConnectorService', { ignore: [] })],
  [
    'the connector scales on sessions and CPU',
    'on memory alone',
    ({ resources }) => {
      for (const { type, inputs } of resources)
        if (type === 'aws:appautoscaling/policy:Policy') inputs.targetTrackingScalingPolicyConfiguration = {}
    },
  ],
  [
    'the connector scales on sessions and CPU',
    'beyond its shards',
    set('ConnectorAutoScalingTarget', { maxCapacity: 1_000 }),
  ],
  [
    'images can be built',
    'without a Dockerfile',
    ofType('docker-build:index:Image', (inputs) => {
      inputs.dockerfile = { location: '/nowhere/Dockerfile' }
    }),
  ],
  [
    'nobody pays for a NAT, a balancer or a zone',
    'a gateway',
    add('aws:ec2/natGateway:NatGateway', 'Nat', {}),
  ],
  ['alarms reach somebody', 'one that tells nobody', set('NoConnector', { alarmActions: [] })],
  [
    'alarms are explained',
    'one without a heading',
    set('NoConnector', { alarmDescription: 'docs/runbook.md, Nothing' }),
  ],
  [
    'alarms watch what exists',
    'a metric that nobody writes',
    set('NoConnector', {
      metricQueries: [{ metric: { namespace: 'linekeeper/production', metricName: 'Typo' } }],
    }),
  ],
  ['alarms are explained', 'a heading without an alarm', remove('SlowCommits')],
  ['nothing goes unwatched', 'an alarm that is missing', remove('DeadJobs')],
  [
    'the dashboard is well formed',
    'a widget without metrics',
    set('Dashboard', {
      dashboardBody: '{"widgets":[{"x":0,"width":8,"properties":{"title":"x","region":"y","metrics":[]}}]}',
    }),
  ],
  ['the dashboard is well formed', 'a metric that nobody writes', dashboard('SessionsAway', 'Typo')],
  ['the dashboard is well formed', 'a metric that is not shown', dashboard('CommitLatency', 'SessionsAway')],
  [
    'production is kept',
    'removed with everything',
    ({ app }) => {
      app.removal = 'remove'
    },
  ],
  ['production is kept', 'without its key', option('MasterKeyParameter', { retain: false })],
  ['names tell stages apart', 'a name of its own', set('Alarms', { name: 'alarms' })],
]

describe.each(Object.keys(RULES))('%s', (name) => {
  const rule = RULES[name]!
  const mutations = MUTATIONS.filter(([of]) => of === name)

  test('holds', () => {
    expect(rule(viewOf(sound))).toEqual([])
    expect(mutations.length).toBeGreaterThan(0)
  })

  test.each(mutations.map(([, what, spoil]) => [what, spoil] as const))('catches %s', (_, spoil) => {
    const spoiled = structuredClone(sound)
    spoil(spoiled)
    expect(rule(viewOf(spoiled))).not.toEqual([])
  })
})

test('there is no mutation of a rule that does not exist', () => {
  expect(MUTATIONS.map(([rule]) => rule).filter((rule) => !(rule in RULES))).toEqual([])
})
