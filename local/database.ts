/**
 * The embedded DynamoDB as a part that stays: one that dies is started again on its port and its file, which survives
 * SIGKILL. When this process is killed instead, a sleeping shell ends the database some seconds later, late enough for
 * the connectors to hand in what they hold.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '#core/platform/log.ts'
import { type Dynoxide, startDynoxide } from './dynoxide.ts'

const RESTART_MS = 100
const SURVIVES_US_MS = 8_000

export async function keepDatabase(options: {
  file: string
  log: Log
  onStart(pid: number): void
  survivesUsMs?: number
}): Promise<{ endpoint: string } & AsyncDisposable> {
  const { file, log, survivesUsMs = SURVIVES_US_MS } = options
  let stopping = false
  let mourner: ChildProcess | undefined
  let current = await startDynoxide({ file, detached: true })
  const port = Number(new URL(current.endpoint).port)
  watch(current)

  function watch(database: Dynoxide): void {
    const pid = database.process.pid!
    mourner = endAfterUs(pid, survivesUsMs)
    options.onStart(pid)
    database.process.once('exit', (code, signal) => {
      mourner?.kill()
      if (stopping) return
      log.warn({ part: 'database', code, signal }, 'part ended, it is started again')
      void startAgain()
    })
  }

  async function startAgain(): Promise<void> {
    while (!stopping) {
      await pause(RESTART_MS)
      try {
        current = await startDynoxide({ file, port, detached: true })
        return stopping ? await current.close() : watch(current)
      } catch (err) {
        log.error({ err }, 'the embedded database does not start again; next try follows')
      }
    }
  }

  return {
    endpoint: current.endpoint,
    async [Symbol.asyncDispose]() {
      stopping = true
      await current.close()
    },
  }
}

/** `read` returns when our end of the pipe closes, that is when this process ends, however it ends. */
function endAfterUs(pid: number, delayMs: number): ChildProcess {
  const script = `read _; sleep ${delayMs / 1000}; kill "$1"`
  const mourner = spawn('sh', ['-c', script, 'linekeeper-mourner', `${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  mourner.once('error', () => undefined)
  mourner.unref()
  return mourner
}
