/**
 * The same command with parts of it elsewhere: another database, another queue engine, another simulator, connectors
 * that join later. And the key that somebody chose.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { startFauxqs } from 'fauxqs'
import { expect, onTestFinished, test } from 'vitest'
import { startDynoxide } from '../../local/dynoxide.ts'
import { sandbox } from '../../sandbox/index.ts'
import { linkLine } from '../support/line.ts'
import { control, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const ROOT = join(import.meta.dirname, '../..')
const OWN = '+4915155500011'

test('database, queues and simulator may be elsewhere, and forgotten queues come back', async () => {
  await using database = await startDynoxide()
  await using simulator = await sandbox()
  let queues = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  const { port } = queues
  await using it = await stack({
    env: {
      DYNAMODB_ENDPOINT: database.endpoint,
      SQS_ENDPOINT: `http://127.0.0.1:${port}`,
      WHATSAPP_URL: simulator.wsUrl,
      WHATSAPP_ROOT_KEY: simulator.rootKey,
      // Set to nothing, it is not set.
      EVENT_RETENTION_DAYS: '',
    },
  })
  expect(Object.keys(it.pids).sort()).toEqual(['connector-1', 'main'])
  const elsewhere = { ...it, sandbox: control(simulator.url) }
  const { sessionId } = await linkLine(elsewhere, OWN)

  await queues.stop()
  queues = await startFauxqs({ port, host: '127.0.0.1', logger: false })
  await until('the queues are there again', () => queues.inspectQueue('linekeeper-commands-0.fifo'))
  const { status } = await it.api('/api/messages?wait=delivered', {
    json: { sessionId, to: '+4915155500012', text: 'After the queues were forgotten' },
  })
  expect(status).toBe(202)
  await queues.stop()
})

test('an endpoint that does not answer ends the start with a sentence that names it', async () => {
  await expect(stack({ env: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' } })).rejects.toThrow(
    'The database that DYNAMODB_ENDPOINT names cannot be used',
  )
})

test('a wrong value that only a part reads ends it with a sentence as well, and without a stack', async () => {
  const start = stack({ env: { EVENT_RETENTION_DAYS: '0' } })
  await expect(start).rejects.toThrow(
    / variables are missing or wrong:\n {2}EVENT_RETENTION_DAYS: [^\n]+\n*$/,
  )
})

test('a connector that joins takes over, and what it held goes on without it', async () => {
  await using it = await stack({ env: { CONNECTORS: '0' } })
  const joined = spawn(process.execPath, ['local/connector.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATA_DIR: it.dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void joined.kill('SIGTERM'))
  let said = ''
  joined.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await until('it has joined', () => said.includes(`, with ${it.origin}`))
  const { sessionId } = await linkLine(it, OWN)

  joined.kill('SIGTERM')
  await until('it has left', () => joined.exitCode === 0)
  await until('the status says so', async () => {
    const { body } = await it.api(`/api/sessions/${sessionId}/status`)
    return body.status !== 'connected' && body.reason === 'no_connector'
  })
})

test('a key that somebody chose opens the API, and the one before does not any more', async () => {
  await using first = await stack({ env: { CONNECTORS: '0' } })
  expect((await first.api('/api/sessions')).status).toBe(200)
  await first.restart({ LINEKEEPER_API_KEY: 'chosen' })
  expect((await first.api('/api/sessions')).status).toBe(401)
  expect((await first.api('/api/sessions', { headers: { 'x-api-key': 'chosen' } })).status).toBe(200)
  expect(first.output().split('X-Api-Key').at(-1)).not.toContain('chosen')
})
