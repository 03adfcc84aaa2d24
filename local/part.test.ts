import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { logger } from '#core/platform/log.ts'
import { until } from '../test/support/until.ts'
import { type Identity, identify, isAlive } from './identity.ts'
import { keepRunning, type PartOptions } from './part.ts'

const Ready = z.object({ pid: z.number(), color: z.string().optional() })

function fixture(options: Partial<PartOptions> = {}) {
  const started: Identity[] = []
  const part = keepRunning({
    name: 'fixture',
    module: 'test/support/part-fixture.ts',
    env: {},
    restartMs: 10,
    log: logger('silent'),
    onStart: (pid) => started.push(identify(pid)!),
    ...options,
  })
  onTestFinished(() => part.stop(0))
  return { part, started }
}

test('a part is ready when it says so, in the environment that it was given', async () => {
  const { part, started } = fixture({ env: { COLOR: 'green' } })
  expect(Ready.parse(await part.ready)).toEqual({ pid: started[0]!.pid, color: 'green' })
})

test('a part that was killed is started again, and not after it was stopped', async () => {
  const { part, started } = fixture()
  await part.ready
  process.kill(started[0]!.pid, 'SIGKILL')
  await until('a second process', () => started[1] && isAlive(started[1]))
  expect(started[1]).not.toEqual(started[0])
  await part.stop(5_000)
  expect(started.filter(isAlive)).toEqual([])
  expect(started).toHaveLength(2)
})

test('a part that does not end when asked is killed', async () => {
  const { part, started } = fixture({ env: { STUBBORN: 'yes' } })
  await part.ready
  await part.stop(50)
  expect(started.filter(isAlive)).toEqual([])
})

test('a part that cannot start is not tried for ever', async () => {
  const { part, started } = fixture({ env: { FAIL: 'yes' } })
  await expect(part.ready).rejects.toThrow('The fixture ended with exit code 3 while it was starting')
  expect(started).toHaveLength(1)
})

test('a part ends by itself when the process that started it was killed', async () => {
  const script = `
    const { keepRunning } = await import(${JSON.stringify(join(import.meta.dirname, 'part.ts'))})
    const part = keepRunning({ name: 'orphan', module: 'test/support/part-fixture.ts', env: {}, restartMs: 10, onStart() {} })
    console.log((await part.ready).pid)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const orphan = identify(Number(line.toString()))!
  expect(isAlive(orphan)).toBe(true)
  parent.kill('SIGKILL')
  await until('the orphan has ended', () => !isAlive(orphan))
})
