/**
 * AWS as far as a program that declares resources sees it: each resource gets the attributes that others refer to, and
 * each look-up an answer. Anything that is not known here is an error, so that nothing passes unnoticed.
 */
import type { Inputs, Options, Resource } from './evaluation.ts'
import { readable } from './evaluation.ts'

export const REGION = 'us-east-1'
export const ACCOUNT = '123456789012'

type MockResource = { type: string; name: string; inputs: Record<string, unknown>; id?: string }
type MockCall = { token: string; inputs: Record<string, unknown> }
type Request = {
  getType(): string
  getName(): string
  getProtect(): boolean
  getRetainondelete(): boolean
  getIgnorechangesList(): string[]
}
export type Monitor = {
  newUrn(parent: string | undefined, type: string, name: string): string
  registerResource(request: Request, callback: unknown): Promise<void>
}

const KINDS_OF_ARN: Record<string, (name: string) => string> = {
  'aws:s3/bucket:Bucket': (name) => `arn:aws:s3:::${name}`,
  'aws:dynamodb/table:Table': (name) => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`,
  'aws:iam/role:Role': (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  'aws:lambda/function:Function': (name) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
  'aws:cloudwatch/logGroup:LogGroup': (name) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`,
  'aws:ssm/parameter:Parameter': (name) => `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${name}`,
}
const arnOf = (type: string, name: string): string =>
  KINDS_OF_ARN[type]?.(name) ?? `arn:aws:${type.split(/[:/]/)[1]}:${REGION}:${ACCOUNT}:${name}`

export function mocks() {
  const resources: Resource[] = []
  const options = new Map<string, Options>()
  return {
    resources,

    newResource({ type, name, inputs, id }: MockResource) {
      const physical = String(inputs.name ?? inputs.bucket ?? inputs.family ?? (id || name))
      resources.push({
        type,
        name,
        inputs: readable(inputs) as Inputs,
        options: options.get(`${type} ${name}`) ?? { protect: false, retain: false, ignore: [] },
        ...(id ? { existing: id } : {}),
      })
      const state = {
        ...inputs,
        name: physical,
        ...(type.startsWith('aws:') ? { arn: arnOf(type, physical), tagsAll: inputs.tags ?? {} } : {}),
        ...attributes(type, physical, inputs),
      }
      const url = (state as { url?: string }).url
      return { id: id || (type === 'aws:sqs/queue:Queue' && url ? url : physical), state }
    },

    call({ token, inputs }: MockCall): Record<string, unknown> {
      const answer = LOOKUPS[token]
      if (!answer) throw new Error(`the evaluation has no answer for the look-up ${token}`)
      return answer(inputs)
    },

    /** The mock engine leaves resource options out, and puts the root stack into URNs, which the real one does not. */
    adopt(monitor: Monitor): void {
      const newUrn = monitor.newUrn.bind(monitor)
      const register = monitor.registerResource.bind(monitor)
      monitor.newUrn = (parent, type, name) =>
        newUrn(parent?.includes('::pulumi:pulumi:Stack::') ? undefined : parent, type, name)
      monitor.registerResource = (request, callback) => {
        options.set(`${request.getType()} ${request.getName()}`, {
          protect: request.getProtect(),
          retain: request.getRetainondelete(),
          ignore: request.getIgnorechangesList(),
        })
        return register(request, callback)
      }
    },
  }
}

function attributes(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case 'aws:sqs/queue:Queue':
      return { url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}` }
    case 'aws:s3/bucket:Bucket':
      return { bucketRegionalDomainName: `${name}.s3.${REGION}.amazonaws.com` }
    case 'aws:cloudfront/distribution:Distribution':
      return { domainName: 'mock.cloudfront.net', hostedZoneId: 'Z2FDTNDATAQYW2' }
    case 'aws:apigatewayv2/api:Api':
      return {
        apiEndpoint: `${inputs.protocolType === 'WEBSOCKET' ? 'wss' : 'https'}://mock.execute-api.${REGION}.amazonaws.com`,
        executionArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:${name}`,
      }
    case 'aws:apigatewayv2/domainName:DomainName':
      return { domainNameConfiguration: { targetDomainName: 'mock.target', hostedZoneId: 'Z2' } }
    case 'aws:lambda/function:Function':
      return { invokeArn: `arn:aws:apigateway:${REGION}:lambda:path/${arnOf(type, name)}/invocations` }
    case 'random:index/randomBytes:RandomBytes':
      return { base64: Buffer.alloc(Number(inputs.length), 7).toString('base64') }
    case 'docker-build:index:Image':
      return { digest: `sha256:${'0'.repeat(64)}`, ref: (inputs.tags as string[] | undefined)?.[0] }
    case 'aws:acm/certificate:Certificate':
      return {
        domainValidationOptions: [
          { resourceRecordName: 'x', resourceRecordType: 'CNAME', resourceRecordValue: 'y' },
        ],
      }
    default:
      return {}
  }
}

type Statement = {
  sid?: string
  effect?: string
  actions?: string[]
  resources?: string[]
  principals?: { type: string; identifiers: string[] }[]
  conditions?: { test: string; variable: string; values: string[] }[]
}

const LOOKUPS: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>> = {
  'aws:index/getRegion:getRegion': () => ({ region: REGION, name: REGION, id: REGION }),
  'aws:index/getPartition:getPartition': () => ({ partition: 'aws', id: 'aws', dnsSuffix: 'amazonaws.com' }),
  'aws:index/getCallerIdentity:getCallerIdentity': () => ({ accountId: ACCOUNT }),
  'aws:index/getAvailabilityZones:getAvailabilityZones': () => ({
    names: ['a', 'b', 'c'].map((zone) => REGION + zone),
  }),
  'aws:ecr/getAuthorizationToken:getAuthorizationToken': () => ({
    proxyEndpoint: 'https://ecr.mock',
    userName: 'AWS',
    password: 'mock',
  }),
  'aws:route53/getZone:getZone': ({ name }) => ({ zoneId: 'Z1', name }),
  'aws:iam/getPolicyDocument:getPolicyDocument': (inputs) => ({
    ...inputs,
    json: policy(inputs.statements as Statement[]),
  }),
}

const policy = (statements: Statement[] = []): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ sid, effect, actions, resources, principals, conditions }) => ({
      Sid: sid,
      Effect: effect ?? 'Allow',
      Action: actions,
      Resource: resources,
      Principal:
        principals && Object.fromEntries(principals.map(({ type, identifiers }) => [type, identifiers])),
      Condition:
        conditions &&
        Object.fromEntries(conditions.map(({ test, variable, values }) => [test, { [variable]: values }])),
    })),
  })
