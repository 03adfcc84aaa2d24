/**
 * The dashboard: static files in a private bucket behind CloudFront, and the API behind the same host name, so that page
 * and API are one origin and no other site can use a browser to call it. Nothing of the API is cached. The API sees
 * CloudFront's address then: the distribution tells it the caller's, and shows by a key that it is ours.
 */
import { EDGE_HEADERS } from '../core/access/edge.ts'
import { contentPolicy, PAGE_HEADERS } from '../dashboard/policy.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'

/** What the page asks for of the API, and links to. */
const API_PATHS = ['/api/*', '/media/*', '/docs', '/docs/*', '/openapi.json', '/health']

/** AWS's own policies, under ids that are the same everywhere. */
const NEVER_CACHED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

const YEAR_SECONDS = 365 * 24 * 60 * 60

type Parts = {
  http: sst.aws.ApiGatewayV2
  sockets: { url: $util.Output<string> }
  files: sst.aws.Bucket
  secrets: Pick<Secrets, 'edgeKey'>
}

export function site(stage: Stage, { http, sockets, files, secrets }: Parts): sst.aws.StaticSite {
  const headers = securityHeaders({ http, sockets, files })
  const viewer = namingTheViewer()
  return new sst.aws.StaticSite('Site', {
    build: { command: 'npm run build', output: 'dist/dashboard' },
    ...(stage.dashboardDomain ? { domain: stage.dashboardDomain } : {}),
    // Names stay the same from version to version: browsers ask each time, and CloudFront is told of new ones.
    assets: { fileOptions: [{ files: '**', cacheControl: 'public,max-age=0,must-revalidate' }] },
    transform: {
      assets: { cors: false, transform: { bucket: { forceDestroy: true } } },
      cdn: (cdn) => {
        cdn.origins = $util
          .all([cdn.origins, http.url, secrets.edgeKey])
          .apply(([origins, url, key]) => [...origins, apiAt(url, key)])
        cdn.defaultCacheBehavior = $util.output(cdn.defaultCacheBehavior).apply((files) => ({
          ...files,
          allowedMethods: ['GET', 'HEAD'],
          responseHeadersPolicyId: headers.id,
        }))
        cdn.orderedCacheBehaviors = API_PATHS.map((pathPattern) => ({
          pathPattern,
          targetOriginId: API,
          viewerProtocolPolicy: 'https-only',
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
          cachedMethods: ['GET', 'HEAD'],
          cachePolicyId: NEVER_CACHED,
          originRequestPolicyId: ALL_BUT_HOST,
          compress: true,
          functionAssociations: [{ eventType: 'viewer-request', functionArn: viewer.arn }],
        }))
        cdn.transform = { distribution: { httpVersion: 'http2and3', priceClass: 'PriceClass_100' } }
      },
    },
  })
}

const API = 'api'

const apiAt = (url: string, key: string) => ({
  originId: API,
  domainName: new URL(url).host,
  // In place of what a viewer sends under this name.
  customHeaders: [{ name: EDGE_HEADERS.key, value: key }],
  customOriginConfig: {
    httpPort: 80,
    httpsPort: 443,
    originProtocolPolicy: 'https-only',
    originSslProtocols: ['TLSv1.2'],
    // As long as API Gateway waits for a function, and a little more.
    originReadTimeout: 30,
  },
})

/** In place of what a viewer sends under that name, too. */
const namingTheViewer = (): aws.cloudfront.Function =>
  new aws.cloudfront.Function('Viewer', {
    name: `${$app.name}-${$app.stage}-viewer`,
    comment: 'Tells the API whose request it is',
    runtime: 'cloudfront-js-2.0',
    code: `function handler(event) {
  event.request.headers['${EDGE_HEADERS.viewer}'] = { value: event.viewer.ip }
  return event.request
}
`,
  })

/** The same words that one machine says, and that browsers shall come by HTTPS only. */
function securityHeaders({
  http,
  sockets,
  files,
}: Omit<Parts, 'secrets'>): aws.cloudfront.ResponseHeadersPolicy {
  const policy = $util
    .all([http.url, sockets.url, files.nodes.bucket.bucketRegionalDomainName])
    .apply(([, live, bucket]) =>
      // Links to files lead to the bucket in which they are kept.
      contentPolicy({ connect: [new URL(live).origin], files: [`https://${bucket}`] }),
    )
  const {
    'X-Content-Type-Options': _nosniff,
    'X-Frame-Options': frameOption,
    'Referrer-Policy': referrerPolicy,
    ...others
  } = PAGE_HEADERS
  return new aws.cloudfront.ResponseHeadersPolicy('SiteHeaders', {
    name: `${$app.name}-${$app.stage}-site`,
    securityHeadersConfig: {
      contentSecurityPolicy: { contentSecurityPolicy: policy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption, override: true },
      referrerPolicy: { referrerPolicy, override: true },
      strictTransportSecurity: { accessControlMaxAgeSec: YEAR_SECONDS, override: true },
    },
    customHeadersConfig: {
      items: Object.entries(others).map(([header, value]) => ({ header, value, override: true })),
    },
  })
}
