/**
 * Evaluates sst.config.ts for one stage with SST's own components on Pulumi's mock engine: no AWS, no Pulumi, a few
 * seconds. It does what SST's command line does before it hands over to Pulumi (pkg/project/run.go of sst 4.17.1).
 *
 *     node test/infra/evaluate/main.ts --stage production --out evaluation.json
 *
 * What the deployment would read as secrets stands in the environment as SST_SECRET_<Name>.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { bundleConfig } from './bundle.ts'
import { type Bundle, type Evaluation, type Inputs, readable } from './evaluation.ts'
import { artifactsOf, CONFIG, PLATFORM, platformRequire, ROOT, WORK } from './layout.ts'
import { type Monitor, mocks, REGION } from './mocks.ts'
import { serve } from './server.ts'

type Pulumi = {
  output(value: unknown): { promise(): Promise<unknown> }
  runtime: {
    setMocks(
      mocks: unknown,
      project: string,
      stack: string,
      preview: boolean,
      organization: string,
    ): Promise<void>
    getMonitor(): Monitor
    runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>
    disconnect(): Promise<void>
  }
}
type App = Evaluation['app'] & { stage: string; providers: Record<string, unknown> }

/** A rejected output can leave the mock engine waiting for ever. */
const PATIENCE_MS = 120_000
const AFTER_FAILURE_MS = 2_000

const { values } = parseArgs({
  options: { stage: { type: 'string' }, out: { type: 'string' }, name: { type: 'string' } },
})
const { stage, out } = values
if (!stage || !out) throw new Error('usage: --stage <stage> --out <file> [--name <name of the variant>]')

const failures: string[] = []
const given = Promise.withResolvers<void>()
const fail = (error: unknown) => {
  const text = error instanceof Error ? error.message : String(error)
  if (!failures.includes(text)) failures.push(text)
  setTimeout(given.resolve, AFTER_FAILURE_MS)
}
process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)
setTimeout(() => fail(`the evaluation did not end within ${PATIENCE_MS} ms`), PATIENCE_MS).unref()

const artifacts = artifactsOf(values.name ?? stage)
rmSync(artifacts, { recursive: true, force: true })
const app = await readApp(stage)
const bundles: Record<string, Bundle> = {}
const server = await serve(join(artifacts, 'artifacts'), bundles)
Object.assign(process.env, { SST_SERVER: server.url, SST_AWS_REGION: REGION })
const cloud = mocks()
const outputs = await Promise.race([given.promise, evaluate(app).catch(fail)])
server.close()
const evaluation: Evaluation = {
  stage,
  app,
  resources: cloud.resources,
  bundles,
  outputs: (readable(outputs) ?? {}) as Inputs,
  failures,
}
writeFileSync(out, JSON.stringify(evaluation, null, 1))
process.exit(failures.length === 0 ? 0 : 1)

/** What `app()` says. */
async function readApp(stage: string): Promise<App> {
  const { default: config } = await load<{ default: { app(input: { stage: string }): App } }>(
    `import config from ${JSON.stringify(CONFIG)}; export default config`,
    { banner: 'function $config(input) { return input }' },
  )
  return { ...config.app({ stage }), stage }
}

/** Runs `run()`, and waits until no further resource turns up. */
async function evaluate(app: App): Promise<unknown> {
  const { runtime, output } = platformRequire('@pulumi/pulumi') as Pulumi
  await runtime.setMocks(cloud, app.name, app.stage, false, 'organization')
  cloud.adopt(runtime.getMonitor())
  const providers = JSON.parse(readFileSync(join(WORK, 'provider-lock.json'), 'utf8')) as {
    alias: string
    package: string
  }[]
  const globals = [
    ...providers.map(({ alias, package: from }) => `import * as ${alias} from ${JSON.stringify(from)};`),
    `import * as sst from ${JSON.stringify(join(PLATFORM, 'src/components'))};`,
  ].join('\n')
  const paths = { home: WORK, root: ROOT, work: artifacts, platform: PLATFORM }
  const { default: program } = await load<{ default: () => Promise<unknown> }>(
    `import { run } from ${JSON.stringify(join(PLATFORM, 'src/auto/run.ts'))};
     import config from ${JSON.stringify(CONFIG)};
     export default () => run(config.run)`,
    {
      define: {
        $app: JSON.stringify(app),
        $dev: 'false',
        $cli: JSON.stringify({ command: 'deploy', dev: false, paths, state: { version: {} } }),
      },
      inject: [join(PLATFORM, 'src/shim/run.js')],
      globals,
    },
  )
  let outputs: unknown
  await runtime.runInPulumiStack(async () => (outputs = await program()))
  for (let seen = -1; seen !== cloud.resources.length; ) {
    seen = cloud.resources.length
    await runtime.disconnect()
    await pause(200)
  }
  return output(outputs).promise()
}

/** Bundles the code beside SST's platform, so that it finds Pulumi there, and imports it. */
async function load<Module>(code: string, options: Parameters<typeof bundleConfig>[2]): Promise<Module> {
  const file = join(PLATFORM, `linekeeper.evaluation.${process.pid}.mjs`)
  try {
    await bundleConfig(code, file, options)
    return (await import(`${pathToFileURL(file)}?${performance.now()}`)) as Module
  } finally {
    rmSync(file, { force: true })
    rmSync(`${file}.map`, { force: true })
  }
}
