import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dynamoClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { logger } from '#core/platform/log.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { until } from '../test/support/until.ts'
import { keepDatabase } from './database.ts'
import { end, identify, isAlive } from './identity.ts'
import { sdkDynamo } from './sdk.ts'
import { createTables } from './tables.ts'

const NAMES = { main: 'main', events: 'events', messages: 'messages', devices: 'devices' }

test('a killed database is started again, at its address and with its data', async () => {
  using folder = temporaryFolder()
  const pids: number[] = []
  await using database = await keepDatabase({
    file: join(folder.path, 'dynamodb.db'),
    log: logger('silent'),
    onStart: (pid) => pids.push(pid),
  })
  using client = dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: database.endpoint })
  await createTables(sdkDynamo('us-east-1', database.endpoint), NAMES)
  const store = openStore(client, NAMES, systemClock)
  const key = { pk: 'A', sk: 'B' }
  await store.put('main', { ...key, text: 'kept' })

  process.kill(pids[0]!, 'SIGKILL')
  await until(
    'it answers again',
    () => pids[1] !== undefined && store.getMany('main', [key]).then(([item]) => item?.text === 'kept'),
  )
})

test('the database does not outlive a killed stack for long', async () => {
  using folder = temporaryFolder()
  const script = `
    const { keepDatabase } = await import(${JSON.stringify(join(import.meta.dirname, 'database.ts'))})
    await keepDatabase({ file: process.argv[1], survivesUsMs: 100, onStart: (pid) => console.log(pid) })
    setInterval(() => {}, 1000)`
  const parent = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, join(folder.path, 'dynamodb.db')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const database = identify(Number(line.toString()))!
  parent.kill('SIGKILL')
  await until('the database has ended', () => !isAlive(database))
})

test('who ends a process by its id makes sure that it is still the same', async () => {
  const sleeper = spawn('sleep', ['60'])
  const known = identify(sleeper.pid!)!
  await end({ ...known, born: 'another time' }, 0)
  expect(isAlive(known)).toBe(true)
  await end(known, 1_000)
  expect(isAlive(known)).toBe(false)
})
