/**
 * The WhatsApp socket, held durably: `openDevice` loads a device, `connect` speaks for it, `accept` takes messages to
 * send, and `deliver` is handed what happened. Nothing leaves the socket before the state behind it is durable, and
 * nothing is handed on that a crash could take back.
 */
import { LiveDevice } from './device.ts'
import { harden } from './hardening/index.ts'
import { slimPool } from './slim.ts'
import type { Device, DeviceOptions } from './types.ts'

export { Closed as DeviceClosed, NotConnected, Refused, Refusing, Unanswered } from './errors.ts'
export { confined } from './line.ts'
export { Tampered } from './media/decrypt.ts'
export type { MediaPort, Uploaded } from './media/index.ts'
export { thumbnailOf } from './media/thumbnail.ts'
export type { Way } from './proxy/tunnel.ts'
export type { Rules, Standing, Waiting } from './rules.ts'
export type { Synced } from './synced.ts'
export { trust } from './trust.ts'
export type * from './types.ts'

/**
 * Loads the device and becomes its owner.
 * @throws Fenced when a connector with a higher lease epoch owns it
 */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  harden()
  slimPool()
  return new LiveDevice(options, await options.store.open(options.epoch))
}
