/** Connectors as processes of their own, over the database, queues and sandbox of a test. They end with the test file. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ConnectorWorld } from './connector.ts'
import { until } from './until.ts'

const MAIN = join(import.meta.dirname, '../../connector/main.ts')

/** What it tells its parent. */
type Message = { type: string; sessionId?: string; name?: string; text?: string; expiresAt?: number }

export function connectorProcesses(world: () => Pick<ConnectorWorld, 'environment'>) {
  const children = new Set<ChildProcess>()
  return {
    start(env: Record<string, string> = {}) {
      const child = fork(MAIN, [], {
        env: { PATH: process.env.PATH ?? '', ...world().environment, ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      children.add(child)
      const messages: Message[] = []
      let output = ''
      child.on('message', (message) => messages.push(message as Message))
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk) => (output += String(chunk)))
      return {
        child,
        messages,
        output: () => output,
        ready: () =>
          until('ready', () => messages.some(({ type }) => type === 'ready'), { withinMs: 60_000 }),
        /** @returns the exit code */
        ended: async () => {
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
          return child.exitCode
        },
      }
    },
    killAll() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}
