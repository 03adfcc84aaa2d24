import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { until } from '../../test/support/until.ts'
import { ffmpeg } from './program.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
let programs = 0
function program(script: string): string {
  const path = join(folder.path, `program-${programs++}`)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}
const job = { path: join(folder.path, 'film'), format: 'mov', output: ['pipe:1'], seconds: 20 }
const told = async (script: string) => (await ffmpeg(job, program(script))).toString().trim()

test('it is told nothing of ours, and which one file to read', async () => {
  process.env.MASTER_KEY = 'secret'
  try {
    const environment = (await told('env')).split('\n').map((line) => line.split('=')[0])
    expect(
      environment.filter((name) => !['PATH', 'PWD', '_', 'OLDPWD', 'SHLVL'].includes(name ?? '')),
    ).toEqual([])
  } finally {
    delete process.env.MASTER_KEY
  }
  const all = await told('echo "$@"')
  expect(all).toContain(`-protocol_whitelist file `)
  expect(all).toContain(`-f mov -threads 1 -max_pixels 9000000 -i file:${job.path} `)
})

test.runIf(process.platform === 'linux')(
  'it comes after everything else, has its bounds, and goes first when memory runs out',
  async () => {
    expect(await told('nice; ulimit -v; ulimit -c; ulimit -f; cat /proc/self/oom_score_adj')).toBe(
      '19\n600000\n0\n131072\n1000',
    )
  },
)

test('one that takes too long is killed, and nothing of it is left', async () => {
  const pidFile = join(folder.path, 'pid')
  const late = ffmpeg({ ...job, seconds: 0.5 }, program(`echo $$ >${pidFile}; exec sleep 600`))
  await expect(late).rejects.toMatchObject({ name: 'NotMade', isLate: true })
  const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : ''
  if (pid) await until('it is gone', () => !existsSync(`/proc/${pid}`))
})

test.each([
  ['fails', 'echo "Invalid data" >&2; exit 1'],
  ['says more than anybody asked for', 'head -c 300000 /dev/zero'],
  ['is killed', 'kill -9 $$'],
])('one that %s has made nothing', async (_, script) => {
  await expect(ffmpeg(job, program(script))).rejects.toMatchObject({ name: 'NotMade', isLate: false })
})
