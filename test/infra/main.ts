/**
 * `npm run check:infra`: proves what would be deployed as far as that goes without AWS. It installs SST's platform when
 * it is missing, checks the types of the stacks against it, evaluates every stage, and runs the tests of this folder.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './evaluate/layout.ts'
import { installPlatform } from './platform.ts'

const steps: [string, string, string[]][] = [
  ['types of the stacks', 'tsc', ['-p', 'stacks']],
  [
    'evaluation, rules, bundles, image',
    'vitest',
    ['run', '--config', 'test/infra/vitest.config.ts', ...process.argv.slice(2)],
  ],
]

installPlatform()
const failed = steps.filter(([name, command, args]) => {
  process.stdout.write(`\n== ${name}\n`)
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin', command), args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return status !== 0
})
process.exit(failed.length === 0 ? 0 : 1)
