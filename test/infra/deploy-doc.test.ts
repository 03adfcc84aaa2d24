import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SETTINGS } from '../../stacks/settings.ts'
import { CHOICES } from '../../stacks/stage.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ROOT } from './evaluate/layout.ts'
import { viewOf } from './rules/view.ts'
import { evaluated } from './variants.ts'

const FILE = join(ROOT, 'docs/deploy.md')
const text = readFileSync(FILE, 'utf8')
const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!)
const commands = blocks.join('\n')
const view = viewOf(evaluated('production'))
/** Notes what it was asked for, and answers what the page goes on with. */
const STAND_IN = `#!/bin/sh
echo "$(basename "$0") $*" >> asked
case "$*" in
  *'secret list'*) echo MasterKey=hex ;;
  */status*) echo '{"status":"connected"}' ;;
  */api/sessions\\ *) echo '{"session":{"id":"id"}}' ;;
  *) echo answer ;;
esac
`
const found = (pattern: RegExp, where = text): string[] => [
  ...new Set([...where.matchAll(pattern)].map(([, match]) => match!)),
]
const known = (names: string[], candidates: readonly string[]) =>
  names.filter((name) => !candidates.includes(name))

test('its blocks are shell', () => {
  expect(blocks.length).toBeGreaterThan(10)
  for (const block of blocks) {
    const { stderr } = spawnSync('bash', ['-n'], {
      input: block.replace(/<[a-z ]+>/g, 'something'),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
  }
})

test('it can be walked from top to bottom: nothing is used that was not set before', () => {
  using folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  mkdirSync(at('.sst'))
  writeFileSync(at('.sst/outputs.json'), JSON.stringify(view.evaluation.outputs))
  writeFileSync(at('.env.production'), 'SHARDS=64\n')
  for (const command of ['aws', 'npx', 'npm', 'git', 'curl', 'openssl']) {
    writeFileSync(at(command), STAND_IN)
    chmodSync(at(command), 0o755)
  }
  const script = blocks.join('\n').replace(/<[a-z ]+>/g, 'something')
  const { status, stdout, stderr } = spawnSync('bash', ['-u'], {
    input: `export OLD=old NEW=new TWILIO_TOKEN=token\n${script}`,
    cwd: folder.path,
    encoding: 'utf8',
    env: { PATH: `${folder.path}:${process.env.PATH}` },
  })
  expect([status, stderr]).toEqual([0, ''])
  const said = stdout + readFileSync(at('asked'), 'utf8')
  const { cluster, service } = view.evaluation.outputs as Record<string, string>
  expect(said).toContain(`--resource-id service/${cluster}/${service}`)
  expect(said).toContain('sst secret load secrets.env --stage production-eu')
  expect(readFileSync(at('.env.production-eu'), 'utf8')).toContain('SHARDS=64')
})

test('scripts of the project exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
  const named = found(/npm run (?:--silent )?([\w:]+)/g)
  expect(named).toEqual(expect.arrayContaining(['account', 'restored', 'check:infra']))
  expect(known(named, Object.keys(scripts))).toEqual([])
})

describe('commands of SST exist, and take these flags', () => {
  const calls = found(/\bsst ((?:secret )?[a-z]+)\b(?=[^\n]*--stage)/g, commands)
  test.each(calls)('sst %s', (command) => {
    // Help is no success to SST.
    const { stdout, stderr } = spawnSync(
      join(ROOT, 'node_modules/.bin/sst'),
      [...command.split(' '), '--help'],
      {
        encoding: 'utf8',
        env: { ...process.env, SST_SKIP_DEPENDENCY_CHECK: '1', SST_TELEMETRY_DISABLED: '1' },
      },
    )
    const help = stdout + stderr
    expect(help).toContain(`Usage: sst ${command}`)
    expect(help).toContain('--stage')
  })
  test('all of them were found', () => {
    expect(calls.toSorted()).toEqual(
      ['deploy', 'diff', 'remove', 'secret list', 'secret load', 'secret set'].toSorted(),
    )
  })
})

test('outputs are those of the stack, each of them explained', () => {
  const { tables, ...outputs } = view.evaluation.outputs as Record<string, unknown>
  const names = [...Object.keys(outputs).filter((name) => !name.startsWith('_')), 'tables']
  const [section = ''] = text.match(/\| output \| is \|\n[\s\S]*?\n\n/) ?? []
  expect(found(/`(\w+)`/g, section).toSorted()).toEqual(names.toSorted())
  const used = found(/\$\(out '?(\w+)/g, commands)
  expect(known(used, names)).toEqual([])
  const [loop = ''] = found(/for table in ([a-z ]+); do out tables/g, commands)
  expect(loop.split(' ').toSorted()).toEqual(Object.keys(tables as object).toSorted())
})

test('choices are those of the stack, each of them explained', () => {
  const [section = ''] = text.match(/## Choices\n[\s\S]*?\n## /) ?? []
  expect(found(/`([A-Z][A-Z_]{4,})`/g, section).toSorted()).toEqual([...CHOICES, ...SETTINGS].toSorted())
  const elsewhere = ['STAGE', 'AWS_REGION', 'MAIN_TABLE', 'SIGTERM', 'TWILIO_TOKEN']
  expect(known(found(/`([A-Z][A-Z_]{4,})[`=]/g), [...CHOICES, ...SETTINGS, ...elsewhere])).toEqual([])
})

test('secrets are those of the stack, each of them explained', () => {
  const secrets = view.all('sst:sst:Secret').map(({ name }) => name)
  const [section = ''] = text.match(/\| secret \|[\s\S]*?\n\n/) ?? []
  expect(found(/^\| `(\w+)`/gm, section).toSorted()).toEqual(secrets.toSorted())
  expect(known(found(/secret set (\w+)/g), secrets)).toEqual([])
})

test('a standstill stops every function', () => {
  const { functions } = view.evaluation.outputs as { functions: string[] }
  expect(functions.toSorted()).toEqual(view.functions.map(({ inputs }) => String(inputs.name)).toSorted())
  const loops = found(/for function in (.+); do\n {2}aws lambda \S+ --function-name \$function/g, commands)
  expect(loops).toEqual([`$(out 'functions.join(" ")')`])
})

test('what lies in AWS is called so', () => {
  const parameters = view.inputsOf('aws:ssm/parameter:Parameter').map(({ name }) => String(name))
  expect(parameters.toSorted()).toEqual([
    '/linekeeper/production/master-key',
    '/linekeeper/production/proxy-url',
  ])
  const named = found(/(\/linekeeper\/[^/]+\/[\w-]+)/g)
  const as = (stage: string) => parameters.map((name) => name.replace('production', stage))
  expect(named).toEqual(expect.arrayContaining(as('<stage>')))
  expect(known(named, [...as('<stage>'), ...as('$STAGE')])).toEqual([])
})

test('what it links to is there', () => {
  const links = found(/\]\(([^)#]+?)(?:#[\w-]+)?\)/g)
  expect(links.length).toBeGreaterThan(5)
  expect(links.filter((link) => !existsSync(join(dirname(FILE), link)))).toEqual([])
  const headings = found(/^#+ (.+)$/gm).map((heading) => heading.toLowerCase().replaceAll(' ', '-'))
  expect(known(found(/\]\(#([\w-]+)\)/g), headings)).toEqual([])
})
