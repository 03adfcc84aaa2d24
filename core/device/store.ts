/**
 * The durable state of one linked device, seen as rows. A store knows nothing of WhatsApp: it keeps texts under keys,
 * commits a group of them at once or not at all, and lets nobody commit who is no longer the owner.
 */

/** A row's key is `type:id`, for example `session:123_1.0`. Pre-keys are kept apart: there are hundreds of them. */
export type RowKey = string

/** What changes in one commit. A null value deletes; values are absolute, so a group can be repeated. */
export type Group = {
  rows: ReadonlyMap<RowKey, string | null>
  /** Pre-key id → its private key (32 bytes), or null when it was used up. */
  preKeys: ReadonlyMap<number, Uint8Array | null>
  /** The id of the newest journal row; kept with the device so that such ids keep rising across owners. */
  mark: string
}

/** What an owner starts from: every row except the pre-keys. */
export type Opened = {
  rows: Map<RowKey, string>
  mark: string
  /** The highest pre-key id that was ever stored; 0 when there is none. */
  topPreKey: number
}

export type DeviceStore = {
  /**
   * Becomes the owner. Every earlier owner is fenced from this moment on.
   * @param leaseEpoch the epoch of the lease that entitles the caller
   * @throws Fenced when a higher lease epoch has opened this device already
   */
  open(leaseEpoch: number): Promise<Opened>
  /** Reads pre-keys by id; ids that do not exist are absent from the answer. */
  preKeys(ids: readonly number[]): Promise<Map<number, Uint8Array>>
  /** All that there are, however high their ids have risen. */
  allPreKeys(): Promise<Map<number, Uint8Array>>
  /**
   * Makes one group durable, atomically. After any other error than Fenced the outcome is unknown, and the very same
   * group (the same object) has to be committed again before another one.
   * @throws Fenced when another owner has opened the device
   */
  commit(group: Group): Promise<void>
  /**
   * Deletes everything (clear-auth) except the fence. Interrupted, it is finished by the next `open`.
   * @throws Fenced when another owner has opened the device
   */
  erase(): Promise<void>
  /** What fits one commit, in items and in bytes of text; a larger group has to be cut. */
  readonly limits: { items: number; bytes: number }
  /** How much of those limits a change of these rows and pre-keys takes. */
  weigh(change: Pick<Group, 'rows' | 'preKeys'>): { items: number; bytes: number }
}

/** Another connector owns this device now. Nothing may be written or sent any more, and nothing is retried. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}
