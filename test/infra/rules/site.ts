/**
 * The dashboard comes from a private bucket over TLS with a policy, and the API behind it is never cached. It is told whose
 * request it is, by nobody but the distribution.
 */
import { runInNewContext } from 'node:vm'
import { EDGE_HEADERS, edgeKey, openEdge } from '#core/access/edge.ts'
import { contentPolicy } from '../../../dashboard/policy.ts'
import type { Inputs, Value } from '../evaluate/evaluation.ts'
import { MASTER_KEY } from '../variants.ts'
import { opened, type Rule, type View } from './view.ts'

/** AWS's own: nothing is kept; everything is handed on but the name of the host, by which API Gateway knows its API. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'
const BY_TLS = ['redirect-to-https', 'https-only']
/** Calls of the page, files of messages, and what the page links to. */
const OF_THE_API = ['/api/*', '/media/*', '/docs', '/docs/*', '/openapi.json', '/health']

type Header = { name: string; value: Value }
type Origin = { originId: string; domainName: string; customOriginConfig?: Inputs; customHeaders?: Header[] }

export const siteIsClosed: Rule = (view) => {
  const { inputsOf, evaluation } = view
  const [site, ...others] = inputsOf('aws:cloudfront/distribution:Distribution')
  const [headers] = inputsOf('aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy')
  if (!site || !headers || others.length > 0) return ['there is one site, with its headers']
  const page = site.defaultCacheBehavior as Inputs
  const behaviors = site.orderedCacheBehaviors as Inputs[]
  const certificate = site.viewerCertificate as Inputs
  return [
    ...[page, ...behaviors].flatMap(({ viewerProtocolPolicy, pathPattern }) =>
      BY_TLS.includes(String(viewerProtocolPolicy)) ? [] : [`${pathPattern ?? 'the page'} goes without TLS`],
    ),
    ...(page.allowedMethods as string[])
      .filter((method) => !['GET', 'HEAD'].includes(method))
      .map((method) => `the page takes ${method}`),
    ...(page.responseHeadersPolicyId === headers.name ? [] : ['the page has no headers of ours']),
    ...(certificate.cloudfrontDefaultCertificate || certificate.minimumProtocolVersion === 'TLSv1.2_2021'
      ? []
      : [`a name of its own with ${certificate.minimumProtocolVersion}`]),
    ...((site.customErrorResponses ?? []) as unknown[]).map(() => 'errors of the API are replaced'),
    ...headersAreStrict(headers, String(evaluation.outputs.live)),
    ...apiIsBehind(site, String(evaluation.outputs.url)),
    ...viewersAreNamed(site, view),
    ...(String(evaluation.outputs.dashboard).startsWith('https://') ? [] : ['the outputs name no dashboard']),
  ]
}

function headersAreStrict({ securityHeadersConfig, customHeadersConfig }: Inputs, live: string): string[] {
  const config = securityHeadersConfig as Record<string, Inputs>
  const policy = String(config.contentSecurityPolicy?.contentSecurityPolicy)
  const files = /img-src 'self' data: (\S+);/.exec(policy)?.[1] ?? ''
  const custom = ((customHeadersConfig as Inputs | undefined)?.items ?? []) as { header: string }[]
  return [
    ...(policy === contentPolicy({ connect: [new URL(live).origin], files: [files] })
      ? []
      : [`the policy is ${policy}`]),
    ...(/^https:\/\/[\w.-]+\.s3\.[\w-]+\.amazonaws\.com$/.test(files) ? [] : [`files come from ${files}`]),
    ...(Number(config.strictTransportSecurity?.accessControlMaxAgeSec) >= 31_536_000
      ? []
      : ['browsers may come without TLS']),
    ...(config.contentTypeOptions?.override ? [] : ['types of files may be guessed']),
    ...(config.frameOptions?.frameOption === 'DENY' ? [] : ['the page may be framed']),
    ...(config.referrerPolicy?.referrerPolicy === 'no-referrer' ? [] : ['other sites hear where one was']),
    ...(custom.some(({ header }) => header === 'Cross-Origin-Opener-Policy')
      ? []
      : ['other windows reach the page']),
  ]
}

const apiOf = ({ origins }: Inputs): Origin | undefined =>
  (opened(origins) as Origin[]).find(({ originId }) => originId === 'api')

function apiIsBehind(site: Inputs, url: string): string[] {
  const behaviors = site.orderedCacheBehaviors as Inputs[]
  const origin = apiOf(site)
  const custom = origin?.customOriginConfig
  return [
    ...(origin?.domainName === new URL(url).host ? [] : [`the API is not at ${origin?.domainName}`]),
    ...(custom?.originProtocolPolicy === 'https-only' && String(custom.originSslProtocols) === 'TLSv1.2'
      ? []
      : ['the API is asked without TLS 1.2']),
    ...OF_THE_API.filter((path) => !behaviors.some(({ pathPattern }) => pathPattern === path)).map(
      (path) => `${path} does not lead to the API`,
    ),
    ...behaviors.flatMap(({ pathPattern, targetOriginId, cachePolicyId, originRequestPolicyId }) => [
      ...(targetOriginId === 'api' ? [] : [`${pathPattern} leads to ${targetOriginId}`]),
      ...(cachePolicyId === CACHING_DISABLED ? [] : [`${pathPattern} may be cached`]),
      ...(originRequestPolicyId === ALL_VIEWER_EXCEPT_HOST ? [] : [`${pathPattern} loses headers`]),
    ]),
  ]
}

const FORGED = '192.0.2.66'
const VIEWER = '198.51.100.23'

/** What a viewer sends under the two names is replaced, and the API believes what it gets. */
function viewersAreNamed(site: Inputs, { inputsOf }: View): string[] {
  const behaviors = site.orderedCacheBehaviors as Inputs[]
  const origin = apiOf(site)
  const key = origin?.customHeaders?.find(({ name }) => name === EDGE_HEADERS.key)
  const shown = String(opened(key?.value))
  const functions = inputsOf('aws:cloudfront/function:Function')
  const naming = functions.find(({ code }) => String(code).includes(EDGE_HEADERS.viewer))
  const event = {
    viewer: { ip: VIEWER },
    request: { headers: { [EDGE_HEADERS.viewer]: { value: FORGED } } as Record<string, { value: string }> },
  }
  const { headers } = runInNewContext(`${naming?.code}; handler(event)`, { event }) as typeof event.request
  const sent: Record<string, string | undefined> = {
    [EDGE_HEADERS.key]: shown,
    [EDGE_HEADERS.viewer]: headers[EDGE_HEADERS.viewer]?.value,
  }
  const believed = openEdge(edgeKey(MASTER_KEY).split(','))((name) => sent[name])
  return [
    ...(believed === VIEWER ? [] : [`the API takes the viewer for ${believed}`]),
    ...behaviors.flatMap(({ pathPattern, functionAssociations }) =>
      ((functionAssociations ?? []) as Inputs[]).some(({ eventType }) => eventType === 'viewer-request')
        ? []
        : [`on ${pathPattern} viewers say themselves who they are`],
    ),
  ]
}
