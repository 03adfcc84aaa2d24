/**
 * The processes that hold the WhatsApp sockets, `linekeeper-connector-<n>` each. One that dies is started again under
 * its name and so takes its sessions back at once.
 */
import type { Log } from '#core/platform/log.ts'
import { untilReady } from './deadline.ts'
import type { Environment } from './environment.ts'
import { keepRunning } from './part.ts'

/** Room for young objects: half of V8's own measure, which idle lines would only keep; with 1 MB, collecting took a quarter of the time. */
export const CONNECTOR_FLAGS = ['--max-semi-space-size=8']
const DRAIN_WITHIN_MS = 5_000

export type Connectors = { ready: Promise<void> } & AsyncDisposable

export function startConnectors(options: {
  ids: string[]
  environment: Environment
  restartMs: number
  log: Log
  abort: AbortSignal
  onStart(name: string, pid: number): void
  onMessage(message: unknown): void
}): Connectors {
  const { environment, restartMs, log, abort, onStart, onMessage } = options
  const parts = options.ids.map((id) => {
    const name = `connector-${id.slice(id.lastIndexOf('-') + 1)}`
    return keepRunning({
      name,
      module: 'connector/main.ts',
      env: { ...environment, CONNECTOR_ID: id },
      execArgv: CONNECTOR_FLAGS,
      restartMs,
      log,
      onMessage,
      onStart: (pid) => onStart(name, pid),
    })
  })
  const ready = Promise.all(parts.map((part) => untilReady(part.name, part.ready, abort))).then(
    () => undefined,
  )
  ready.catch(() => undefined)
  return {
    ready,
    async [Symbol.asyncDispose]() {
      await Promise.all(parts.map((part) => part.stop(DRAIN_WITHIN_MS)))
    },
  }
}
