/**
 * What the operating system says about another process: its memory and the processor time of all its threads. Linux
 * only, read from /proc, so that the measured process does nothing for it.
 */
import { readFileSync } from 'node:fs'

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Resident memory in MB (2^20 bytes). */
export function residentMb(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)
  if (!line) throw new Error(`process ${pid} has no memory: it has ended`)
  return Number(line[1]) / 1024
}

/** Processor time since its start in ms, user and system; it advances in steps of 10 ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user, system] = [fields[11], fields[12]].map(Number)
  return ((user! + system!) * 1000) / TICKS_PER_SECOND
}
