/**
 * The durable state of one linked device, seen as rows. A store knows nothing of WhatsApp: it keeps texts under keys,
 * commits a group of them at once or not at all, and lets nobody commit who is no longer the owner.
 */

/** A row's key is `type:id`, for example `session:123_1.0`. Pre-keys are kept apart: there are hundreds of them. */
export type RowKey = string

/** What changes in one commit. A null value deletes the row; values are absolute, so a group can be repeated. */
export type Group = {
  rows: Map<RowKey, string | null>
  /** Pre-key id → its private key as text, or null when it was used up. */
  preKeys: Map<number, string | null>
  /** The id of the newest journal row; kept on the head so that ids keep rising across owners. */
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
  preKeys(ids: number[]): Promise<Map<number, string>>
  /**
   * Makes one group durable, atomically. Repeating the very same group after an error is safe.
   * @throws Fenced when another owner has opened the device; anything else may be repeated
   */
  commit(group: Group): Promise<void>
  /**
   * Deletes everything (clear-auth), and keeps the fence.
   * @throws Fenced when another owner has opened the device
   */
  erase(): Promise<void>
  /** The number of rows that fit one commit; a larger group has to be cut. */
  readonly limits: { items: number; bytes: number }
  /** How many items a group would take. */
  weigh(group: Pick<Group, 'rows' | 'preKeys'>): number
}

/** Another connector owns this device now. Nothing may be written or sent any more, and nothing is retried. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}
