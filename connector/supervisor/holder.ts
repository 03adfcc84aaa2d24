/**
 * Holds the device of one session: opened once, whoever asks first, and closed or erased at most once. Opening and
 * closing never overlap, so a device that was being opened when the session was stopped is closed too.
 */
import type { Log } from '#core/platform/log.ts'
import type { Device } from '../socket/index.ts'
import { within } from '../within.ts'

const CLOSE_MS = 5_000
/** Telling WhatsApp that a device leaves needs an answer, and erasing needs the store. */
const ERASE_MS = 20_000

/** Nothing is opened any more. */
class Retired extends Error {
  override readonly name = 'Retired'
}

export class DeviceHolder {
  readonly #open: () => Promise<Device>
  readonly #log: Log
  #opening: Promise<Device> | undefined
  #device: Device | undefined
  #isRetired = false

  /** @param open loads the device; it may throw, and is then tried again by the next who asks */
  constructor(open: () => Promise<Device>, log: Log) {
    this.#open = open
    this.#log = log
  }

  get device(): Device | undefined {
    return this.#device
  }

  /** @throws Retired, Fenced, or whatever the store throws */
  async opened(): Promise<Device> {
    if (this.#isRetired) throw new Retired('The session has left this connector.')
    this.#opening ??= this.#open()
    const opening = this.#opening
    try {
      this.#device = await opening
      return this.#device
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined
      throw error
    }
  }

  /** Closes for good: the session is not ours any more. */
  retire(): Promise<void> {
    this.#isRetired = true
    return this.close()
  }

  /** The device died by itself. */
  lost(): void {
    this.#opening = undefined
    this.#device = undefined
  }

  /** Makes durable what is pending and lets go. A store that does not answer is not waited for. */
  async close(): Promise<void> {
    const device = await this.#letGo()
    if (!device) return
    try {
      await within(CLOSE_MS, device.close(), 'closing a device')
    } catch (error) {
      this.#log.warn({ err: error }, 'a device was left before all of it was stored')
    }
  }

  /**
   * Erases everything of the device, and tells WhatsApp when it can.
   * @param connect brings a device that shall log out to where it can say so
   * @returns the messages that were accepted and never sent
   * @throws whatever the store throws: then it is not erased, and has to be opened again for the next try
   */
  async erase(how: 'logout' | 'forget', connect?: (device: Device) => Promise<void>): Promise<string[]> {
    const device = await this.opened()
    try {
      await connect?.(device)
      return await within(ERASE_MS, how === 'logout' ? device.logout() : device.forget(), 'erasing a device')
    } finally {
      this.lost()
    }
  }

  async #letGo(): Promise<Device | undefined> {
    const opening = this.#opening
    this.lost()
    try {
      return await opening
    } catch {
      // Whoever had asked for it knows already that it did not open.
      return undefined
    }
  }
}
