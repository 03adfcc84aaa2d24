/**
 * Bundles as SST's command line does (pkg/js/js.go and pkg/runtime/node of sst 4.17.1): the configuration for Pulumi to
 * run, and each function for Lambda, with the same options. SST embeds esbuild 0.27.2; here it is the project's own.
 */
import { createCipheriv } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type BuildFailure, build, type Loader, type Metafile } from 'esbuild'
import type { Bundle } from './evaluation.ts'
import { PLATFORM, ROOT } from './layout.ts'

/** What CommonJS code inside an ES module expects to find. */
const BANNER = `import { createRequire as makeRequire } from 'node:module'
import { dirname as dirnameOf } from 'node:path'
import { fileURLToPath as pathOf } from 'node:url'
const require = makeRequire(import.meta.url), __filename = pathOf(import.meta.url), __dirname = dirnameOf(__filename)`

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']
const LEFT_TO_PULUMI = [
  '@pulumi/*',
  'undici',
  '@pulumiverse/*',
  '@sst-provider/*',
  '@aws-sdk/*',
  'esbuild',
  'archiver',
  'glob',
  'vite',
]

type ConfigOptions = { define?: Record<string, string>; inject?: string[]; globals?: string; banner?: string }

/** `globals` are put in front of each of our own files, as SST makes `sst` and `aws` appear from nowhere. */
export async function bundleConfig(code: string, outfile: string, options: ConfigOptions): Promise<void> {
  const ours = (path: string) => !path.includes('/.sst/') && !path.includes('/node_modules/')
  await build({
    stdin: { contents: code, resolveDir: ROOT, sourcefile: 'evaluation.ts', loader: 'ts' },
    banner: { js: `${BANNER}\n${options.banner ?? ''}` },
    mainFields: ['module', 'main'],
    format: 'esm',
    platform: 'node',
    sourcemap: 'linked',
    nodePaths: [join(PLATFORM, 'node_modules')],
    bundle: true,
    outfile,
    define: options.define ?? {},
    inject: options.inject ?? [],
    external: LEFT_TO_PULUMI,
    logLevel: 'error',
    plugins: [
      {
        name: 'globals',
        setup: (esbuild) =>
          esbuild.onLoad({ filter: /\.(js|ts|jsx|tsx)$/ }, async ({ path }) =>
            ours(path)
              ? {
                  contents: `${options.globals ?? ''}\n${await readFile(path, 'utf8')}`,
                  loader: extname(path).slice(1) as Loader,
                }
              : undefined,
          ),
      },
    ],
  })
}

/** What SST asks to be built. */
export type FunctionInput = {
  functionID: string
  handler: string
  runtime: string
  encryptionKey: string
  links: Record<string, unknown>
  properties?: {
    format?: 'cjs' | 'esm'
    minify?: boolean
    banner?: string
    esbuild?: { external?: string[]; target?: string }
  }
}
export type FunctionOutput = { handler: string; out: string; errors: string[]; sourcemaps: string[] }

export async function bundleFunction(
  input: FunctionInput,
  folder: string,
): Promise<{ output: FunctionOutput; bundle?: Bundle }> {
  const out = join(folder, `${input.functionID}-src`)
  const refused = (error: string) => ({ output: { handler: '', out, errors: [error], sourcemaps: [] } })
  const stem = input.handler.replace(/\.[^./]+$/, '')
  const name = input.handler.slice(stem.length + 1)
  const entry = EXTENSIONS.map((extension) => join(ROOT, stem + extension)).find((path) => existsSync(path))
  if (!entry) return refused(`Handler not found: ${input.handler}`)
  if (input.runtime !== 'nodejs24.x') return refused(`${input.handler}: the project is written for Node 24`)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { properties = {} } = input
  const isCommon = properties.format === 'cjs'
  const module = join(out, isCommon ? 'bundle.cjs' : 'bundle.mjs')
  try {
    const { metafile } = await build({
      entryPoints: [entry],
      absWorkingDir: ROOT,
      metafile: true,
      platform: 'node',
      bundle: true,
      keepNames: true,
      outfile: module,
      sourcemap: 'linked',
      external: ['sharp', 'pg-native', ...(properties.esbuild?.external ?? [])],
      format: isCommon ? 'cjs' : 'esm',
      target: properties.esbuild?.target ?? 'es2024',
      mainFields: isCommon ? ['main'] : ['module', 'main'],
      banner: { js: isCommon ? '' : `${BANNER}\n${properties.banner ?? ''}` },
      minify: properties.minify ?? false,
      logLevel: 'silent',
    })
    if (!(await exportsOf(entry)).includes(name))
      return refused(`${input.handler}: the module has no export "${name}"`)
    writeFileSync(join(out, 'resource.enc'), sealLinks(input))
    return {
      output: { handler: `bundle.${name}`, out, errors: [], sourcemaps: [`${module}.map`] },
      bundle: {
        handler: input.handler,
        folder: out,
        module,
        bytes: statSync(module).size,
        modules: modulesIn(metafile),
        links: Object.keys(input.links),
      },
    }
  } catch (error) {
    const { errors = [] } = error as Partial<BuildFailure>
    if (errors.length === 0) throw error
    return refused(
      errors.map(({ text, location }) => `${text} ${location?.file}:${location?.line}`).join('\n'),
    )
  }
}

const modulesIn = ({ outputs }: Metafile): string[] =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 && !path.includes('node_modules/') ? [path] : [],
    )

/** Only of ES modules does esbuild tell what they export. */
async function exportsOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports)
}

/** What a function was linked to, as SST writes it beside the code: AES-256-GCM under SST_KEY, the nonce all zero. */
function sealLinks({ encryptionKey, links }: FunctionInput): Buffer {
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(encryptionKey, 'base64'), Buffer.alloc(12))
  return Buffer.concat([cipher.update(JSON.stringify(links)), cipher.final(), cipher.getAuthTag()])
}
