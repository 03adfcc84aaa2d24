/**
 * The connector as its container would run it: the files of the image, which it cannot change, its command, no root,
 * and the environment of the image and of the task definition, without one variable more.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Built } from '../image/steps.ts'

export type Container = Awaited<ReturnType<typeof startContainer>>

/** The user `node` of the base image. */
const NODE = 1000

export function startContainer(built: Built, environment: Record<string, string>) {
  const place = mkdtempSync(join(tmpdir(), 'container-'))
  const folder = join(place, 'app')
  cpSync(built.folder, folder, { recursive: true, verbatimSymlinks: true })
  chmodSync(place, 0o755)
  const isRoot = process.getuid?.() === 0
  const env = { ...built.image.environment, ...environment }
  const as = isRoot ? { uid: NODE, gid: NODE } : {}
  const [, ...args] = built.image.command
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], ...as })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>

  return {
    output,
    folder,
    exited,
    /** What the health check of the container says. */
    async probe(): Promise<number | null> {
      const [, ...check] = built.image.healthcheck
      const probe = spawn(process.execPath, check, { cwd: folder, env, stdio: 'ignore', ...as })
      const [code] = (await once(probe, 'exit')) as [number | null]
      return code
    },
    /** As ECS stops a task. @returns the exit code, and how long it took */
    async stop(): Promise<{ code: number | null; ms: number }> {
      const began = performance.now()
      child.kill('SIGTERM')
      const [code] = await exited
      return { code, ms: performance.now() - began }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      await rm(place, { recursive: true, force: true })
    },
  }
}
