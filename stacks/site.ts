/**
 * The dashboard: static files in a private bucket behind CloudFront, and the API behind the same host name, so that page
 * and API are one origin and no other site can use a browser to call it. Nothing of the API is cached.
 */
import { contentPolicy, PAGE_HEADERS } from '../dashboard/policy.ts'
import type { Stage } from './stage.ts'

/** What the page asks for of the API, and links to. */
const API_PATHS = ['/api/*', '/media/*', '/docs', '/docs/*', '/openapi.json', '/health']

/** AWS's own policies, under ids that are the same everywhere. */
const NEVER_CACHED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

const YEAR_SECONDS = 365 * 24 * 60 * 60

type Parts = { http: sst.aws.ApiGatewayV2; sockets: { url: $util.Output<string> }; files: sst.aws.Bucket }

export function site(stage: Stage, { http, sockets, files }: Parts): sst.aws.StaticSite {
  const headers = securityHeaders({ http, sockets, files })
  return new sst.aws.StaticSite('Site', {
    build: { command: 'npm run build', output: 'dist/dashboard' },
    ...(stage.dashboardDomain ? { domain: stage.dashboardDomain } : {}),
    // Names stay the same from version to version: browsers ask each time, and CloudFront is told of new ones.
    assets: { fileOptions: [{ files: '**', cacheControl: 'public,max-age=0,must-revalidate' }] },
    transform: {
      assets: { cors: false, transform: { bucket: { forceDestroy: true } } },
      cdn: (cdn) => {
        cdn.origins = $util.all([cdn.origins, http.url]).apply(([origins, url]) => [...origins, apiAt(url)])
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
        }))
        cdn.transform = { distribution: { httpVersion: 'http2and3', priceClass: 'PriceClass_100' } }
      },
    },
  })
}

const API = 'api'

const apiAt = (url: string) => ({
  originId: API,
  domainName: new URL(url).host,
  customOriginConfig: {
    httpPort: 80,
    httpsPort: 443,
    originProtocolPolicy: 'https-only',
    originSslProtocols: ['TLSv1.2'],
    // As long as API Gateway waits for a function, and a little more.
    originReadTimeout: 30,
  },
})

/** The same words that one machine says, and that browsers shall come by HTTPS only. */
function securityHeaders({ http, sockets, files }: Parts): aws.cloudfront.ResponseHeadersPolicy {
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
