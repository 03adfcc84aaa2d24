/**
 * The device store in memory, for tests and benches: the same fence and the same atomicity, with a latency and with
 * faults that the test decides on. The disk is apart from the store, so that a "restart" opens the same disk again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { weigh } from './items.ts'
import { type DeviceStore, Fenced } from './store.ts'

export type MemoryDisk = {
  rows: Map<string, string>
  preKeys: Map<number, Uint8Array>
  mark: string
  topPreKey: number
  lease: number
  opens: number
}

export const memoryDisk = (): MemoryDisk => ({
  rows: new Map(),
  preKeys: new Map(),
  mark: '',
  topPreKey: 0,
  lease: 0,
  opens: 0,
})

export type MemoryDeviceOptions = {
  disk?: MemoryDisk
  /** How long a commit takes, in ms; read anew each time. */
  latency?: () => number
  /** Awaited before each commit; what it throws fails the commit. */
  fault?: () => Promise<void> | void
}

export function memoryDevice(options: MemoryDeviceOptions = {}): DeviceStore {
  const { disk = memoryDisk(), latency = () => 0, fault } = options
  let opens = 0
  const owned = () => {
    if (opens !== disk.opens) throw new Fenced('Another connector has opened this device.')
  }
  return {
    limits: { items: 99, bytes: 3_000_000 },
    weigh,
    async open(leaseEpoch) {
      if (leaseEpoch < disk.lease) throw new Fenced('A connector with a newer lease owns this device.')
      disk.lease = leaseEpoch
      opens = ++disk.opens
      return { rows: new Map(disk.rows), mark: disk.mark, topPreKey: disk.topPreKey }
    },
    async preKeys(ids) {
      const found = new Map<number, Uint8Array>()
      for (const id of ids) {
        const secret = disk.preKeys.get(id)
        if (secret) found.set(id, secret)
      }
      return found
    },
    allPreKeys: async () => new Map(disk.preKeys),
    async commit({ rows, preKeys, mark }) {
      await fault?.()
      const ms = latency()
      if (ms > 0) await pause(ms)
      owned()
      for (const [key, text] of rows) text === null ? disk.rows.delete(key) : disk.rows.set(key, text)
      for (const [id, secret] of preKeys) {
        if (secret) disk.topPreKey = Math.max(disk.topPreKey, id)
        secret ? disk.preKeys.set(id, secret) : disk.preKeys.delete(id)
      }
      disk.mark = mark
    },
    async erase() {
      owned()
      disk.rows.clear()
      disk.preKeys.clear()
      disk.topPreKey = 0
    },
  }
}
