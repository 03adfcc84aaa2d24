import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const MAIN = new URL('main.ts', import.meta.url).pathname

function refused(env: Record<string, string>): string {
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  })
  expect([status, stdout]).toEqual([1, ''])
  return stderr
}

test('a port that is none ends the start with one sentence', () => {
  for (const port of ['http', '65536', '1.5'])
    expect(refused({ SANDBOX_PORT: port })).toBe(
      'The sandbox cannot start. SANDBOX_PORT must be a port number, from 0 (any free one) to 65535.\n',
    )
})

test('a folder that cannot be one ends it with a sentence that names it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(refused({ SANDBOX_PORT: '0', DATA_DIR: file })).toMatch(/^The sandbox cannot start\. .*\/file.*\n$/)
})
