/**
 * A function as Lambda would run it: the archive that would be uploaded, unpacked, in a process of its own under Node
 * 24, with the environment that the stack gives it, what Lambda itself adds, and not one variable more.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { View } from '../rules/view.ts'
import { unzip } from './unzip.ts'

export type Invocation = { result?: unknown; error?: { name: string; message: string }; ms: number }
export type Lambda = Awaited<ReturnType<typeof startLambda>>

/** @param component as the stack names it, `Api` */
export async function startLambda(view: View, component: string, environment: Record<string, string>) {
  const { inputs } = view.one('aws:lambda/function:Function', `${component}Function`)
  const bundle = view.evaluation.bundles[component]
  if (!bundle) throw new Error(`${component} has no code`)
  const folder = await mkdtemp(join(tmpdir(), 'lambda-'))
  const files = await unzip(join(bundle.folder, '..', component, 'code.zip'), folder)
  const child = fork(join(import.meta.dirname, 'runtime.ts'), [String(inputs.handler)], {
    cwd: folder,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...environment,
      AWS_LAMBDA_FUNCTION_NAME: String(inputs.name),
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(inputs.memorySize),
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: folder,
      TZ: ':UTC',
    },
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
  const started = ready as { ready?: { importMs: number } } | null
  const close = async () => {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  if (!started?.ready) {
    await close()
    throw new Error(`${component} did not start:\n${output.join('')}`)
  }

  let calls = 0
  const answers = new Map<number, (answer: Invocation) => void>()
  child.on('message', ({ id, ...answer }: Invocation & { id: number }) => {
    answers.get(id)?.(answer)
    answers.delete(id)
  })
  const ended = () => ({ error: { name: 'Runtime.ExitError', message: `${component} has ended` }, ms: 0 })
  child.once('exit', () => {
    for (const answer of answers.values()) answer(ended())
    answers.clear()
  })
  return {
    importMs: started.ready.importMs,
    files,
    output,
    /** As Lambda invokes it; errors that the handler throws, and its end, come back as Lambda would report them. */
    invoke(event: unknown): Promise<Invocation> {
      if (!child.connected) return Promise.resolve(ended())
      const id = ++calls
      return new Promise((resolve) => {
        answers.set(id, resolve)
        child.send({ id, event })
      })
    },
    [Symbol.asyncDispose]: close,
  }
}
