/**
 * A device that is to leave WhatsApp has to tell it so, and for that it has to be connected: one that is not, because its
 * session was stopped, is connected once more, sends nothing, and is given up when that takes too long.
 */
import type { Device } from '../socket/index.ts'
import { within } from '../within.ts'
import { Line } from './line.ts'
import type { SessionParts } from './parts.ts'

const CONNECTS_WITHIN_MS = 8_000

export type FarewellParts = Pick<SessionParts, 'server' | 'timing' | 'now' | 'wayOf' | 'session'>

/** Resolves when the device is connected, or when there is no use in waiting for it. */
export async function connectToLeave(device: Device, parts: FarewellParts): Promise<void> {
  if (!device.linked) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const settled = () => resolve()
  const nothing = () => undefined
  const line = new Line({
    ...parts,
    device,
    choices: { way: parts.wayOf(parts.session()) },
    isSilent: true,
    isStoreSlow: () => false,
    on: { open: settled, closed: settled, qr: settled, linked: nothing, presence: nothing },
  })
  await within(CONNECTS_WITHIN_MS, promise, 'connecting to leave').catch(() =>
    line.end('not connected in time'),
  )
}
