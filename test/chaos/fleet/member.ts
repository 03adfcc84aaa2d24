/**
 * A connector of its own beside a running stack, as on another machine: its ways to the database, to the queues and to
 * WhatsApp can be cut, and its process can be killed, paused and asked to leave.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { CONNECTOR_FLAGS } from '../../../local/connectors.ts'
import { readRecord } from '../../../local/record.ts'
import type { Stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { type Wire, wire } from './wire.ts'

const WAYS = { store: 'DYNAMODB_ENDPOINT', queues: 'SQS_ENDPOINT', whatsapp: 'WHATSAPP_URL' } as const
export type Way = keyof typeof WAYS
export type Member = Awaited<ReturnType<typeof member>>

const ROOT = join(import.meta.dirname, '../../..')
const READY_WITHIN_MS = 60_000
const LEAVES_WITHIN_MS = 20_000

/** Resolves when the connector is ready. It ends with this process. */
export async function member(its: Pick<Stack, 'dataDir'>, id: string) {
  await using opened = new AsyncDisposableStack()
  const environment = readRecord(its.dataDir)?.environment
  if (!environment) throw new Error('the stack has no record of its addresses')
  const wires: Partial<Record<Way, Wire>> = {}
  const env: Record<string, string> = { ...environment }
  for (const [way, variable] of Object.entries(WAYS) as [Way, keyof typeof env][]) {
    const { host } = new URL(environment[variable] ?? '')
    const line = opened.use(await wire(host))
    wires[way] = line
    for (const [name, value] of Object.entries(env)) env[name] = value.replaceAll(host, line.host)
  }
  let output = ''
  let isReady = false
  const child = fork(join(ROOT, 'connector/main.ts'), [], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env, CONNECTOR_ID: id, MASTER_KEY: masterKeyOf(its.dataDir) },
    execArgv: CONNECTOR_FLAGS,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  opened.defer(() => void child.kill('SIGKILL'))
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  child.on('message', (message) => {
    isReady ||= (message as { type?: string }).type === 'ready'
  })
  await until(`connector ${id} is ready`, () => isReady || isOver(child), { withinMs: READY_WITHIN_MS })
  if (isOver(child)) throw new Error(`connector ${id} did not start:\n${output}`)

  const all = opened.move()
  const end = async (signal: NodeJS.Signals) => {
    if (isOver(child)) return
    const over = once(child, 'exit')
    child.kill(signal)
    await over
  }
  return {
    id,
    /** What it wrote to its log. */
    output: () => output,
    isRunning: () => !isOver(child),
    cut: (way: Way, how: 'silent' | 'torn') => wires[way]?.cut(how),
    mend: (way: Way) => wires[way]?.mend(),
    pause: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    /** @returns the exit code */
    async leave(): Promise<number | null> {
      const insist = setTimeout(() => child.kill('SIGKILL'), LEAVES_WITHIN_MS)
      await end('SIGTERM')
      clearTimeout(insist)
      return child.exitCode
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL')
      await all.disposeAsync()
    },
  }
}

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const masterKeyOf = (dataDir: string): string =>
  z.object({ masterKey: z.string() }).parse(JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')))
    .masterKey
