/**
 * The embedded DynamoDB: the dynoxide binary on a file, so that data survives SIGKILL. It finds the binary in the npm
 * package of this platform or on the path, and says in one sentence how to get one where there is none.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './port.ts'
import { Refusal } from './refusal.ts'

export type Dynoxide = {
  endpoint: string
  process: ChildProcess
  close(): Promise<void>
} & AsyncDisposable

const STARTS_WITHIN_MS = 10_000
/** Its file survives SIGKILL, so there is no point in waiting for long. */
const ENDS_WITHIN_MS = 1_000

/** In memory when `file` is not given. `port` 0 takes a free one. `detached` keeps the terminal's Ctrl+C away from it. */
export async function startDynoxide(
  options: { file?: string; port?: number; detached?: boolean } = {},
): Promise<Dynoxide> {
  const binary = findBinary()
  if (options.file) mkdirSync(dirname(options.file), { recursive: true })
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort())
    const child = spawn(binary, ['--port', `${port}`, ...(options.file ? ['--db-path', options.file] : [])], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: options.detached ?? false,
    })
    const endpoint = `http://127.0.0.1:${port}`
    const problem = await untilAnswers(child, endpoint)
    if (!problem) return { endpoint, process: child, ...closing(child) }
    child.kill('SIGKILL')
    if (attempt === 3) throw new Refusal(`The embedded DynamoDB did not start: ${problem}`)
  }
}

function findBinary(): string {
  const name = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide'
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@dynoxide/${process.platform}-${process.arch}/package.json`,
    )
    return join(dirname(manifest), name)
  } catch {
    const onPath = (process.env.PATH ?? '')
      .split(delimiter)
      .map((folder) => join(folder, name))
      .find(existsSync)
    if (onPath) return onPath
    throw new Refusal(
      `No embedded DynamoDB for ${process.platform}-${process.arch}: install the npm package @dynoxide/${process.platform}-${process.arch}, put a dynoxide binary on the PATH, or point DYNAMODB_ENDPOINT at a compatible engine.`,
    )
  }
}

async function untilAnswers(child: ChildProcess, endpoint: string): Promise<string | undefined> {
  let failure: string | undefined
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-500)
  })
  child.once('error', (error) => {
    failure = error.message
  })
  child.once('exit', (code) => {
    failure ??= `exit ${code} ${stderr}`
  })
  const deadline = Date.now() + STARTS_WITHIN_MS
  while (Date.now() < deadline) {
    if (failure) return failure
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    )
    if (answered && !failure) return
    await pause(10)
  }
  return 'it does not answer'
}

function closing(child: ChildProcess) {
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
    await gone
    clearTimeout(timer)
  }
  return { close, [Symbol.asyncDispose]: close }
}
