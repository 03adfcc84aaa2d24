/**
 * The whole system as real processes, for a test: `npm start` on ports and a folder of its own. Parts can be killed one
 * by one or all at once, and the stack started again on the same data and ports. Closing leaves no process behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { end, type Identity, isAlive } from '../../local/identity.ts'
import { freePort } from '../../local/port.ts'
import { readRecord } from '../../local/record.ts'
import { temporaryFolder } from './folder.ts'
import { assertUnderstood } from './understood.ts'
import { until } from './until.ts'

export type PartName = 'main' | 'database' | 'sandbox' | `connector-${number}` | 'all'
/** `json` is a body to be sent as JSON; a call with one is a POST unless it says otherwise. */
export type Init = RequestInit & { json?: unknown }
export type Answer<T> = { status: number; body: T; headers: Headers }
export type Stack = Awaited<ReturnType<typeof stack>>

const ROOT = join(import.meta.dirname, '../..')
const STARTS_WITHIN_MS = 90_000
const ENDS_WITHIN_MS = 60_000
const DEFAULT_KEY = 'dev-key'

/** `env` are settings of `npm start`; ports, DATA_DIR and quiet logs are set already. */
export async function stack(options: { env?: Record<string, string> } = {}) {
  const folder = temporaryFolder()
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    DATA_DIR: join(folder.path, 'data'),
    PORT: `${await freePort()}`,
    SANDBOX_PORT: `${await freePort()}`,
    LOG_LEVEL: 'warn',
    /** So that it ends with the test run, should that be killed. */
    npm_lifecycle_event: 'test',
    ...options.env,
  }
  const key = env.LINEKEEPER_API_KEY ?? DEFAULT_KEY
  let output = ''
  let main = await start()

  async function start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['local/main.ts'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const from = output.length
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    const said = () => output.slice(from)
    const ended = () => child.exitCode !== null || child.signalCode !== null
    await until('the stack is ready or has ended', () => /^ready http/m.test(said()) || ended(), {
      withinMs: STARTS_WITHIN_MS,
      everyMs: 10,
    }).catch((error: Error) => {
      child.kill('SIGTERM')
      throw new Error(`${error.message}\n${said()}`)
    })
    if (ended()) throw new Error(`the stack did not start:\n${said()}`)
    return child
  }

  /** Process identities of what runs; parts that were started again carry their present one. */
  const identities = (): Record<string, Identity> => {
    const record = readRecord(env.DATA_DIR!)
    return record ? { ...record.parts, main: record.main } : {}
  }

  const stop = async () => {
    const known = Object.values(identities())
    if (main.exitCode === null && main.signalCode === null) {
      main.kill('SIGTERM')
      await until('the stack has ended', () => main.exitCode !== null || main.signalCode !== null, {
        withinMs: ENDS_WITHIN_MS,
      }).finally(() => main.kill('SIGKILL'))
    }
    return known.filter(isAlive)
  }

  const sandboxApi = control(`http://127.0.0.1:${env.SANDBOX_PORT}`)

  const close = async () => {
    const hasSandbox = Object.entries(identities()).some(
      ([name, part]) => name === 'sandbox' && isAlive(part),
    )
    const asked = hasSandbox && (await sandboxApi<Parameters<typeof assertUnderstood>[0]>('/stats'))
    const leftOver = await stop()
    await Promise.all(leftOver.map((part) => end(part, 0)))
    folder[Symbol.dispose]()
    if (asked) assertUnderstood(asked.body)
  }

  return {
    origin: `http://127.0.0.1:${env.PORT}`,
    sandboxOrigin: `http://127.0.0.1:${env.SANDBOX_PORT}`,
    key,
    dataDir: env.DATA_DIR!,

    /** Calls the API with the key. `path` starts with `/`. */
    api: <T = Record<string, unknown>>(path: string, init: Init = {}): Promise<Answer<T>> =>
      call(`http://127.0.0.1:${env.PORT}${path}`, {
        ...init,
        headers: { 'x-api-key': key, ...init.headers },
      }),

    /** Calls the control API of the sandbox. */
    sandbox: sandboxApi,

    /** Everything that it wrote to its terminal so far. */
    output: () => output,

    get pids(): Record<string, number> {
      return Object.fromEntries(Object.entries(identities()).map(([name, { pid }]) => [name, pid]))
    },

    /** Resolves when the process is gone; `all` takes everything at the same moment. */
    async kill(part: PartName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
      const known = identities()
      const victims = part === 'all' ? Object.values(known) : [known[part]].filter((one) => one !== undefined)
      if (victims.length === 0) throw new Error(`no part ${part} among ${Object.keys(known).join(', ')}`)
      for (const { pid } of victims) process.kill(pid, signal)
      await until(`${part} is gone`, () => !victims.some(isAlive), { withinMs: ENDS_WITHIN_MS, everyMs: 5 })
    },

    /** Ends it in order when it still runs. @returns the processes that it left behind, which should be none */
    stop,

    /** Starts it again on the same data and ports, after `stop` when it still runs; `changes` are settings. */
    async restart(changes: Record<string, string> = {}): Promise<void> {
      await stop()
      Object.assign(env, changes)
      main = await start()
    },

    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The control API of a sandbox. */
export const control =
  (origin: string) =>
  <T = Record<string, unknown>>(path: string, init: Init = {}): Promise<Answer<T>> =>
    call(`${origin}${path}`, init)

async function call<T>(url: string, { json, ...init }: Init): Promise<Answer<T>> {
  const body =
    json === undefined
      ? {}
      : {
          method: 'POST',
          body: JSON.stringify(json),
          headers: { ...init.headers, 'content-type': 'application/json' },
        }
  const response = await fetch(url, { ...init, ...body, ...(init.method ? { method: init.method } : {}) })
  const isJson = response.headers.get('content-type')?.includes('json')
  const answer = isJson ? await response.json() : await response.text()
  return { status: response.status, body: answer as T, headers: response.headers }
}
