/**
 * A whole device into the store, and out of it. Taking in is repeated from the start when it was interrupted, and never
 * done again once it is whole: then the ratchets have moved on, and what was brought is history.
 */
import { CREDS_ROW, type DeviceRows } from './folder/index.ts'
import { portions } from './renew.ts'
import type { DeviceStore } from './store.ts'

/** Which parcel this device came in; it lies in one commit with the credentials. */
const ORIGIN = 'device:imported'
/** The server knows this device: see connector/socket/credentials.ts. */
const OPENED = 'device:opened'

/** @param name of what is brought. @returns false when it is here already */
export async function takeIn(
  store: DeviceStore,
  leaseEpoch: number,
  name: string,
  bring: () => Promise<DeviceRows | undefined>,
): Promise<boolean> {
  const { rows: before } = await store.open(leaseEpoch)
  const origin = JSON.stringify(name)
  if (before.get(ORIGIN) === origin) return false
  const brought = await bring()
  if (!brought) return false
  await store.erase()
  const rows = new Map(brought.rows)
  const credentials = rows.get(CREDS_ROW)
  rows.delete(CREDS_ROW)
  if (credentials === undefined) return false
  for (const portion of portions(rows, brought.preKeys, store.limits)) await store.commit(portion)
  const last = new Map([
    [CREDS_ROW, credentials],
    [OPENED, 'true'],
    [ORIGIN, origin],
  ])
  await store.commit({ rows: last, preKeys: new Map(), mark: '' })
  return true
}

/** Everything that is stored of a device. Whoever held it before is fenced. */
export async function takeOut(store: DeviceStore, leaseEpoch: number): Promise<DeviceRows> {
  const { rows } = await store.open(leaseEpoch)
  return { rows, preKeys: await store.allPreKeys() }
}
