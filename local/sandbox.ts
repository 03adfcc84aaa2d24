/**
 * The simulated WhatsApp as a process of its own. One that dies is started again on its port with its people, so that
 * to the connectors it looks like a server that was away for a moment.
 */
import * as z from 'zod'
import type { Log } from '#core/platform/log.ts'
import { untilReady } from './deadline.ts'
import { keepRunning } from './part.ts'

const Ready = z.object({
  /** Its control API. */
  url: z.url(),
  /** Where connectors connect to. */
  wsUrl: z.url(),
  rootKey: z.string().regex(/^[0-9a-f]{64}$/i),
})

export type Sandbox = z.infer<typeof Ready> & AsyncDisposable

const RESTART_MS = 200
const ENDS_WITHIN_MS = 1_500

export async function startSandbox(options: {
  port: number
  dataDir: string
  log: Log
  abort: AbortSignal
  onStart(name: string, pid: number): void
}): Promise<Sandbox> {
  const { port, dataDir, log, abort, onStart } = options
  const part = keepRunning({
    name: 'sandbox',
    module: 'sandbox/main.ts',
    env: { SANDBOX_PORT: `${port}`, DATA_DIR: dataDir },
    restartMs: RESTART_MS,
    log,
    onStart: (pid) => onStart('sandbox', pid),
  })
  const stop = () => part.stop(ENDS_WITHIN_MS)
  try {
    const ready = Ready.parse(await untilReady('sandbox', part.ready, abort))
    return { ...ready, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}
