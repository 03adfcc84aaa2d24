/**
 * Load on lines. A send is in flight from the call until the server's acknowledgement is known and the call has
 * resolved, a received message from the order to write it until it was handed on; that makes "so many in flight" the
 * same thing for lines that answer early and for lines that answer late.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { newMessageId } from '#core/platform/id.ts'
import { sum } from '../parts/statistics.ts'
import type { Line } from './line.ts'

export type Sending = { each: number; inFlight: number; to: string[] }
export type Sent = { messages: number; ms: number; cpuMs: number; ackMs: number[]; commits: number }

export type BothWays = { to: string; inFlight: number; forMs: number; direction: 'out' | 'in' | 'both' }
export type Passed = { out: number; in: number; ms: number; cpuMs: number; commits: number }

/** Orders the sandbox to write so many messages to a number. */
export type Writer = (number: string, count: number) => Promise<void>

/** Before a window is measured, the flow has this long to become steady. */
const RUN_UP_MS = 1_000

export const jidOf = (number: string): string => `${number}@s.whatsapp.net`

export const textOf = (n: number): string => `message number ${n} with some filler text to be realistic`

/** Every line sends `each` messages, its recipients in turn; through when the server has acknowledged all. */
export async function sendAll(lines: Line[], { each, inFlight, to }: Sending): Promise<Sent> {
  const ackMs: number[] = []
  const commits = sum(lines.map((line) => line.commits))
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    lines.map((line, index) => {
      const sender = openSender(line)
      let next = 0
      return inParallel(inFlight, async () => {
        while (next < each) {
          const n = next++
          ackMs.push(await sender(to[(index + n) % to.length]!, textOf(n)))
        }
      })
    }),
  )
  return {
    messages: each * lines.length,
    ms: performance.now() - began,
    ...used(cpu),
    ackMs,
    commits: sum(lines.map((line) => line.commits)) - commits,
  }
}

/** Keeps one line busy in one or both directions and counts what passes in a window of time. */
export async function keepBusy(line: Line, write: Writer, options: BothWays): Promise<Passed> {
  let stopped = false
  const jobs: Promise<unknown>[] = []
  if (options.direction !== 'in') {
    const sender = openSender(line)
    const loop = async () => {
      for (let n = 0; !stopped; n++) await sender(options.to, textOf(n))
    }
    jobs.push(inParallel(options.inFlight, loop))
  }
  if (options.direction !== 'out') jobs.push(receiveWhile(line, write, options.inFlight, () => !stopped))
  await pause(RUN_UP_MS)
  const before = { out: line.acked, in: line.received, commits: line.commits }
  const cpu = process.cpuUsage()
  const began = performance.now()
  await pause(options.forMs)
  const passed = {
    out: line.acked - before.out,
    in: line.received - before.in,
    commits: line.commits - before.commits,
    ms: performance.now() - began,
    ...used(cpu),
  }
  stopped = true
  await Promise.all(jobs)
  return passed
}

/** Sends one message; resolves with the ms until it was acknowledged and the call had resolved. */
function openSender(line: Line) {
  const waiting = new Map<string, () => void>()
  line.onAck = (id) => {
    waiting.get(id)?.()
    waiting.delete(id)
  }
  return async (to: string, text: string): Promise<number> => {
    const id = newMessageId()
    const began = performance.now()
    const acknowledged = new Promise<void>((resolve) => waiting.set(id, resolve))
    await line.send(id, jidOf(to), text)
    await acknowledged
    return performance.now() - began
  }
}

/** Orders half the window whenever half of it has arrived; resolves when the last one has. */
async function receiveWhile(line: Line, write: Writer, inFlight: number, wanted: () => boolean) {
  const half = Math.ceil(inFlight / 2)
  let missing = 0
  const empty = Promise.withResolvers<void>()
  const order = (count: number) => {
    missing += count
    write(line.number, count).catch(empty.reject)
  }
  line.onReceived = () => {
    missing -= 1
    if (wanted() && missing <= half) order(half)
    if (missing === 0) empty.resolve()
  }
  order(half * 2)
  await empty.promise
}

const inParallel = (count: number, job: () => Promise<void>) =>
  Promise.all(Array.from({ length: count }, job))

function used(since: NodeJS.CpuUsage): { cpuMs: number } {
  const { user, system } = process.cpuUsage(since)
  return { cpuMs: (user + system) / 1000 }
}
