/**
 * SST's platform (its components, Pulumi, the AWS provider: 320 MB) in `.sst/platform`, installed when it is missing or
 * of another version. It needs the npm registry only: Pulumi's engine and bun, which SST would fetch from elsewhere,
 * are not needed to type-check and evaluate.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PLATFORM, ROOT } from './evaluate/layout.ts'

const require = createRequire(import.meta.url)

export function installPlatform(): void {
  if (isComplete()) return
  const command = join(ROOT, 'node_modules/.bin/sst')
  const { status, error } = spawnSync(command, ['install', '--stage', 'check'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      SST_TELEMETRY_DISABLED: '1',
      SST_SKIP_DEPENDENCY_CHECK: '1',
      SST_NO_BUN: '1',
      // Types of development packages are part of what is checked.
      npm_config_omit: '',
      NODE_ENV: 'development',
    },
  })
  if (error) throw error
  if (status !== 0 || !isComplete()) throw new Error('the platform of SST could not be installed: see above')
}

function isComplete(): boolean {
  const installed = join(PLATFORM, 'version')
  return (
    existsSync(installed) &&
    readFileSync(installed, 'utf8').trim() === versionOf(require.resolve('sst')) &&
    existsSync(join(PLATFORM, 'config.d.ts')) &&
    existsSync(join(PLATFORM, 'node_modules/@pulumi/aws/package.json'))
  )
}

function versionOf(module: string): string {
  const manifest = readFileSync(join(dirname(module), '../package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
