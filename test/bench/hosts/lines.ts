/**
 * The inside of a process that holds lines, raw or ours, and puts load on them when it is told to. The sandbox and the
 * bench are other processes, so what this one uses is what the lines cost.
 */
import { join } from 'node:path'
import { newMessageId } from '#core/platform/id.ts'
import type { Line, OpenLine, Server } from '../lines/line.ts'
import {
  type BothWays,
  jidOf,
  keepBusy,
  type Passed,
  type Sending,
  type Sent,
  sendAll,
} from '../lines/load.ts'
import { write } from '../parts/phones.ts'
import { remote } from '../parts/remote.ts'
import type { SandboxHost } from './sandbox.ts'

export type Opening = {
  server: Server
  numbers: string[]
  atOnce: number
  /** A folder with what earlier lines of these numbers saved. */
  saved?: string
  /** Where a SandboxHost listens; only for `keepBusy`. */
  sandbox?: string
}

export type LinesHost = {
  open(opening: Opening): Promise<{ ms: number }>
  /** Each line writes to the contact and is answered, so that later messages travel in established sessions. */
  greet(options: { contacts: string[] }): Promise<void>
  latency(options: { ms: number }): void
  send(options: Sending & { lines: number }): Promise<Sent>
  keepBusy(options: BothWays): Promise<Passed>
  /** `at` is when it was handed to the line (ms since 1970). */
  sendOne(options: { to: string; text: string }): Promise<{ id: string; at: number }>
  save(options: { folder: string }): void
  close(): Promise<void>
}

const fileOf = (folder: string, number: string) => join(folder, `${number}.json`)

export function linesHost(openLine: OpenLine): LinesHost {
  let lines: Line[] = []
  let latency = 0
  let server: Server
  let sandbox: ReturnType<typeof remote<SandboxHost>>

  return {
    async open(opening) {
      server = opening.server
      if (opening.sandbox) sandbox = remote<SandboxHost>(opening.sandbox)
      const began = performance.now()
      const waiting = [...opening.numbers.entries()]
      const opened: Line[] = []
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [index, number] = next
          const saved = opening.saved && fileOf(opening.saved, number)
          opened[index] = await openLine({ number, server, latency: () => latency, saved })
        }
      }
      await Promise.all(Array.from({ length: opening.atOnce }, work))
      lines = [...lines, ...opened]
      return { ms: performance.now() - began }
    },

    async greet({ contacts }) {
      for (const contact of contacts) {
        await sendAll(lines, { each: 1, inFlight: 1, to: [contact] })
        await Promise.all(lines.map((line) => answered(line, contact)))
      }
    },

    latency({ ms }) {
      latency = ms
    },

    send: (options) => sendAll(lines.slice(0, options.lines), options),

    keepBusy: (options) =>
      keepBusy(lines[0]!, (to, count) => sandbox.write({ from: options.to, to, count }), options),

    async sendOne({ to, text }) {
      const [id, at] = [newMessageId(), Date.now()]
      await lines[0]!.send(id, jidOf(to), text)
      return { id, at }
    },

    save({ folder }) {
      for (const line of lines) line.save(fileOf(folder, line.number))
    },

    async close() {
      await Promise.all(lines.splice(0).map((line) => line.close()))
    },
  }

  async function answered(line: Line, contact: string): Promise<void> {
    const arrived = new Promise<void>((resolve) => {
      line.onReceived = resolve
    })
    await write(server.control, contact, line.number, 'an answer')
    await arrived
  }
}
