/**
 * A part of the system that is a process of its own: started, watched, and started again when it dies, with all the
 * state that it keeps on disk. It tells by IPC when it is ready, and ends by itself when this process is gone, because
 * the channel closes then. It stands outside of our process group, so that Ctrl+C reaches us alone and we end the parts
 * in the right order.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Log } from '#core/platform/log.ts'
import { given } from './given.ts'
import { Refusal } from './refusal.ts'

export type PartOptions = {
  name: string
  /** The module that it runs, from the root of the project. */
  module: string
  env: Record<string, string>
  /** V8 settings, such as `--max-semi-space-size=8`. */
  execArgv?: string[]
  restartMs: number
  log: Log
  /** All that it tells, `{ type: 'ready', … }` included. */
  onMessage?(message: unknown): void
  onStart(pid: number): void
}

export type Part = {
  readonly name: string
  /** Resolves with the first `ready` message. @throws Refusal when it ends before that */
  ready: Promise<unknown>
  /** SIGTERM, and SIGKILL when that took longer than `patienceMs`. */
  stop(patienceMs: number): Promise<void>
}

const ROOT = join(import.meta.dirname, '..')

export function keepRunning(options: PartOptions): Part {
  const { name, log } = options
  const ready = Promise.withResolvers<unknown>()
  ready.promise.catch(() => undefined)
  let wasReady = false
  let stopping = false
  let restart: NodeJS.Timeout | undefined
  let child = start()

  function start(): ChildProcess {
    const started = fork(join(ROOT, options.module), [], {
      cwd: ROOT,
      env: { ...given(), ...options.env },
      execArgv: options.execArgv ?? [],
      stdio: ['ignore', 2, 2, 'ipc'],
      detached: true,
    })
    if (started.pid) options.onStart(started.pid)
    started.on('message', (message) => {
      if (isReady(message)) {
        wasReady = true
        ready.resolve(message)
      }
      options.onMessage?.(message)
    })
    started.once('error', (error) => log.error({ err: error, part: name }, 'part not started'))
    started.once('exit', (code, signal) => ended(code, signal))
    return started
  }

  function ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (stopping) return
    if (!wasReady) {
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`
      ready.reject(new Refusal(`The ${name} ${how} while it was starting; what it said stands above.`))
      return
    }
    log.warn({ part: name, code, signal, restartMs: options.restartMs }, 'part ended, it is started again')
    restart = setTimeout(() => {
      child = start()
    }, options.restartMs)
  }

  return {
    name,
    ready: ready.promise,
    async stop(patienceMs) {
      stopping = true
      clearTimeout(restart)
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const insist = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await gone
      clearTimeout(insist)
    },
  }
}

const isReady = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
