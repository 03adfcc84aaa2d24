/**
 * Process ids are used again by the operating system; a process id together with the moment of birth is not. Whoever
 * ends a process that it remembers from a file asks here first whether it is still the same one.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'

export const Identity = z.object({ pid: z.int().positive(), born: z.string().min(1) })
export type Identity = z.infer<typeof Identity>

/** Undefined when there is no such process (any more). */
export function identify(pid: number): Identity | undefined {
  const born = process.platform === 'linux' ? bornOnLinux(pid) : bornElsewhere(pid)
  return born ? { pid, born } : undefined
}

export const isAlive = (known: Identity): boolean => identify(known.pid)?.born === known.born

/** Asks to end, insists after `patienceMs`, and resolves when the process is gone. */
export async function end(known: Identity, patienceMs: number): Promise<void> {
  signal(known, 'SIGTERM')
  const deadline = Date.now() + patienceMs
  while (isAlive(known)) {
    if (Date.now() > deadline) signal(known, 'SIGKILL')
    await pause(20)
  }
}

function signal(known: Identity, name: NodeJS.Signals): void {
  if (!isAlive(known)) return
  try {
    process.kill(known.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Field 22 of /proc/<pid>/stat: clock ticks since boot. The name in field 2 may hold anything, so count after it. */
function bornOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const zombie = fields[0] === 'Z'
    return zombie ? undefined : fields[19]
  } catch {
    return
  }
}

function bornElsewhere(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return
  }
}
