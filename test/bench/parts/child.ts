/**
 * The processes that a bench starts. They never outlive it: each is killed when its owner lets go of it, all of them
 * when the bench ends, and each ends by itself when the bench was killed.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type Methods, type Remote, remote } from './remote.ts'

export const ROOT = join(import.meta.dirname, '../../..')

export type Child = {
  pid: number
  /** What it told when it was ready. */
  ready: Record<string, unknown>
  /** Resolves when it has ended; SIGTERM asks it to, SIGKILL does not ask. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
} & AsyncDisposable

export type ChildOptions = {
  env?: Record<string, string>
  /** Flags of node and V8. */
  flags?: readonly string[]
  args?: readonly string[]
  /** Where its standard output goes; standard error is always shown. */
  stdout?: 'ignore' | 'inherit'
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a module of the project that tells `{type: 'ready', …}` by IPC. @throws Error when it ends before that */
export async function startChild(module: string, options: ChildOptions = {}): Promise<Child> {
  const { env = {}, flags = [], args = [], stdout = 'ignore' } = options
  const child = fork(join(ROOT, module), args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    execArgv: ['--no-warnings', ...flags],
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  })
  running.add(child)
  const gone = new Promise<void>((resolve) =>
    child.once('exit', () => {
      running.delete(child)
      resolve()
    }),
  )
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (running.has(child)) child.kill(signal)
    await gone
  }
  const ready = await Promise.race([
    new Promise<Record<string, unknown>>((resolve) =>
      child.on('message', (message: Record<string, unknown>) => {
        if (message.type === 'ready') resolve(message)
      }),
    ),
    gone.then(() => {
      throw new Error(`${module} ended before it was ready`)
    }),
  ])
  return { pid: child.pid!, ready, end, [Symbol.asyncDispose]: () => end('SIGKILL') }
}

/** Starts a module that offers methods (see `serve`). */
export async function startHost<M extends Methods>(
  module: string,
  options: ChildOptions = {},
): Promise<Child & { call: Remote<M> }> {
  const child = await startChild(module, options)
  return { ...child, call: remote<M>(String(child.ready.url)) }
}
