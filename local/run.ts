/**
 * The life of a command at the terminal: read the settings, start, say so, wait for a signal, end in order. Exits with
 * 0 after SIGTERM or Ctrl+C, when every process that it started has ended, and with 1 and a sentence when it cannot
 * start. A second signal does not wait: what still runs then ends by itself.
 */
import { watchParent } from './parent.ts'
import { Refusal } from './refusal.ts'
import { hints, readSettings, type Settings } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** One Ctrl+C arrives twice: from the terminal, and from npm, which hands it on. */
const SAME_CTRL_C_MS = 1_000

export type Context = {
  settings: Settings
  terminal: Terminal
  /** Aborted when the command shall end. */
  abort: AbortSignal
  /** Ends the command; `why` is told when it had not started yet. */
  stop(why: string): void
}

export async function run(
  title: string,
  start: (context: Context) => Promise<{ welcome: string } & AsyncDisposable>,
): Promise<never> {
  process.title = title
  forgiveLostReaders()
  const controller = new AbortController()
  const stopped = new Promise((resolve) => controller.signal.addEventListener('abort', resolve))
  let stoppedAt = 0
  const stop = (why: string) => {
    if (controller.signal.aborted) {
      if (Date.now() - stoppedAt > SAME_CTRL_C_MS) process.exit(1)
      return
    }
    stoppedAt = Date.now()
    controller.abort(new Refusal(`Stopped while starting: ${why}.`))
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))
  watchParent(() => stop('npm is gone'))

  try {
    const settings = readSettings(process.env)
    for (const hint of hints(process.env)) process.stderr.write(`${hint}\n`)
    const terminal = { write, drawsQr: drawsQr(settings) }
    const running = await start({ settings, terminal, abort: controller.signal, stop })
    write(`${running.welcome}\n`)
    await stopped
    write('stopping …\n')
    await running[Symbol.asyncDispose]()
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }
}

const write = (text: string) => void process.stdout.write(text)

/** The QR of a simulated phone is no secret, so `auto` draws it wherever the output goes. */
const drawsQr = ({ TERMINAL_QR, whatsapp }: Settings): boolean =>
  TERMINAL_QR === 'auto' ? whatsapp.kind !== 'live' || process.stdout.isTTY : TERMINAL_QR === 'always'

const explain = (error: unknown): string =>
  error instanceof Refusal
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error)

/** A reader that goes away (`npm start | head`) does not end the system. */
function forgiveLostReaders(): void {
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
}
