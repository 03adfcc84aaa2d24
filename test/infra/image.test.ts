import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from './evaluate/layout.ts'
import { parseDockerfile } from './image/dockerfile.ts'
import { ignores } from './image/ignore.ts'
import { type Built, buildBySteps } from './image/steps.ts'

let built: Built
beforeAll(() => {
  built = buildBySteps()
}, 240_000)

describe('by the steps of its Dockerfile', () => {
  test('it is made of the connector, core and packages, and nothing else', () => {
    expect(readdirSync(built.root)).toEqual(['app'])
    expect(readdirSync(built.folder).sort()).toEqual(['connector', 'core', 'node_modules', 'package.json'])
    const files = readdirSync(join(built.folder, 'connector'), { recursive: true }).map(String)
    expect(files).toContain('main.ts')
    expect(files.filter((file) => file.endsWith('.test.ts'))).toEqual([])
  })

  test('it runs as nobody in particular, says how it is, and writes to /tmp at most', () => {
    expect(built.image).toMatchObject({
      user: 'node',
      healthcheck: ['node', 'connector/probe.ts'],
      volumes: ['/tmp'],
    })
    expect(built.image.command.at(-1)).toBe('connector/main.ts')
    expect(existsSync(join(built.folder, built.image.healthcheck[1] ?? ''))).toBe(true)
  })

  test('packages of functions are left out, and those of the connector are not', async () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    const reached = await packagesReached('connector/main.ts', 'connector/probe.ts')
    const installed = Object.keys(dependencies).filter((name) =>
      existsSync(join(built.folder, 'node_modules', name)),
    )
    expect(installed.sort()).toEqual(
      Object.keys(dependencies)
        .filter((name) => reached.has(name))
        .sort(),
    )
    for (const name of [...reached, `@img/sharp-${process.platform}-${process.arch}`])
      expect(existsSync(join(built.folder, 'node_modules', name)), name).toBe(true)
  })

  test('nothing of the tools that build and test is in it', () => {
    for (const name of ['vitest', 'typescript', 'sst', 'fauxqs', 'esbuild', 'node', '@dynoxide/linux-x64'])
      expect(existsSync(join(built.folder, 'node_modules', name)), name).toBe(false)
  })

  test('it is small', () => {
    const { stdout } = spawnSync('du', ['-sk', built.folder], { encoding: 'utf8' })
    expect(Number(stdout.split('\t')[0]) / 1024).toBeLessThan(100)
  })

  test('without its environment it ends with a sentence for each value that is missing', () => {
    const [, ...flags] = built.image.command
    const env = { PATH: process.env.PATH, ...built.image.environment }
    const { status, stderr } = spawnSync(process.execPath, flags, {
      cwd: built.folder,
      env,
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    for (const name of ['MAIN_TABLE', 'COMMAND_QUEUE_URL', 'MASTER_KEY']) expect(stderr).toContain(name)
  })
})

test('a Dockerfile is read as Docker reads it', () => {
  const stages = parseDockerfile(
    '# note\nFROM a AS b\nRUN one \\\n && two\nFROM c\nCOPY --from=b /x ./y\nCMD ["d", "e"]\n',
  )
  expect(stages).toMatchObject([
    { base: 'a', name: 'b', steps: [{ kind: 'run', command: 'one && two' }] },
    {
      base: 'c',
      steps: [{ kind: 'copy', from: 'b', sources: ['/x'], target: './y' }],
      image: { command: ['d', 'e'] },
    },
  ])
  expect(() => parseDockerfile('FROM a\nONBUILD RUN x')).toThrow('ONBUILD')
})

test('.dockerignore is read as Docker reads it', () => {
  const ignored = ignores('*\n!core\n!package.json\n**/*.test.ts\n# note\n.sst')
  expect(ignored('core/a/b.ts')).toBe(false)
  expect(ignored('core/a/b.test.ts')).toBe(true)
  expect(ignored('package.json')).toBe(false)
  expect(ignored('.env')).toBe(true)
  expect(ignored('.sst/platform')).toBe(true)
})

/** Those that are imported, directly or by others; optional ones that are not installed do not count. */
async function packagesReached(...entryPoints: string[]): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: entryPoints.map((path) => join(ROOT, path)),
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'unused',
    external: ['sharp', 'jimp', 'link-preview-js', 'audio-decode', 'supports-color'],
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs)
  const ours = inputs.filter((path) => !path.startsWith('node_modules/'))
  return new Set([
    ...inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
    // What is loaded when it is needed, past esbuild.
    ...ours.flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\bload\('([^']+)'\)/g)].map(([, name]) => name!),
    ),
  ])
}
