/**
 * Functions as Lambda runs them: bundled with SST's options into one file, loaded by a Node of their own, and given
 * events as API Gateway (HTTP API, payload 2.0) sends them.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build, type Metafile } from 'esbuild'

const ROOT = join(import.meta.dirname, '../..')

type Bundle = {
  bytes: number
  inputs: string[]
  /** Those of them that run when the function starts; the others wait for a call that needs them. */
  atStart: string[]
}

/** @param entry from the root of the project, such as `functions/api/handler.ts` */
export async function bundle(entry: string, outfile: string): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2024',
    keepNames: true,
    minify: true,
    mainFields: ['main'],
    metafile: true,
    logLevel: 'error',
  })
  const [output] = Object.values(metafile.outputs)
  if (!output) throw new Error(`${entry} was not bundled`)
  return { bytes: output.bytes, inputs: Object.keys(output.inputs), atStart: reachable(entry, metafile) }
}

function reachable(entry: string, { inputs }: Metafile): string[] {
  const found = new Set([entry])
  for (const file of found)
    for (const { path, kind } of inputs[file]?.imports ?? [])
      if (kind !== 'dynamic-import' && inputs[path]) found.add(path)
  return [...found]
}

export type Call = {
  method?: string
  /** As API Gateway tells it: with the stage, and encoded as the caller sent it. */
  path: string
  query?: string
  headers?: Record<string, string>
  body?: string
}

export type Result = {
  statusCode: number
  headers: Record<string, string>
  body: string
  isBase64Encoded: boolean
}

/** Bodies travel in base64, as API Gateway sends what it does not take for text. */
export const httpEvent = (stage: string, { method = 'GET', path, query = '', headers = {}, body }: Call) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: query,
  headers: { host: 'abc.execute-api.us-east-1.amazonaws.com', ...headers },
  requestContext: {
    accountId: '123456789012',
    apiId: 'abc',
    domainName: 'abc.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abc',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'test' },
    requestId: 'id',
    routeKey: '$default',
    stage,
    time: '01/Jan/2026:12:00:00 +0000',
    timeEpoch: 1_767_268_800_000,
  },
  ...(body === undefined ? {} : { body: Buffer.from(body).toString('base64') }),
  isBase64Encoded: body !== undefined,
})

/** Loads a bundle in a process of its own and gives it the events one after the other. */
export async function invoke(
  module: string,
  env: Record<string, string>,
  events: unknown[],
): Promise<{ node: string; results: Result[] }> {
  const driver = `${module}.driver.mjs`
  await writeFile(
    driver,
    `import { handler } from ${JSON.stringify(module)}
const results = []
for (const event of ${JSON.stringify(events)}) results.push(await handler(event, {}))
process.stdout.write('\\n' + JSON.stringify({ node: process.version, results }), () => process.exit(0))`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [driver], { env, maxBuffer: 50_000_000 })
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1))
}
