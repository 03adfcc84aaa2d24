/** Devices that come from elsewhere, and that go there: see core/device/parcel.ts. */
import { writeFolder } from '#core/device/folder/index.ts'
import type { DeviceStore } from '#core/device/index.ts'
import type { Parcels } from '#core/device/parcel.ts'
import { takeIn, takeOut } from '#core/device/transfer.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'

type Parts = {
  /** Absent where files are kept nowhere. */
  parcels: Parcels | undefined
  storeOf(session: Session): DeviceStore
  /** Stores that a session's parcel was taken in. */
  unpacked(sessionId: string, parcel: string): Promise<unknown>
  log: Log
}
export type Transfers = ReturnType<typeof openTransfers>

export function openTransfers({ parcels, storeOf, unpacked, log }: Parts) {
  /** Before the device is opened. Without a parcel, or with one that is gone, nothing changes. */
  const unpack = async (session: Session, epoch: number): Promise<void> => {
    const { id, parcel } = session
    if (!parcel || !parcels) return
    const isNew = await takeIn(storeOf(session), epoch, parcel, () => parcels.open(session, parcel))
    log.info({ sessionId: id, isNew }, 'device taken in')
    await unpacked(id, parcel)
    await parcels.remove(session, parcel)
  }

  return {
    takeIn: unpack,

    /** @returns the name of the parcel; undefined when the device is not linked */
    async takeOut(session: Session, epoch: number): Promise<string | undefined> {
      if (!parcels) return
      await unpack(session, epoch)
      const device = await takeOut(storeOf(session), epoch)
      if (!writeFolder(device)) return
      const parcel = await parcels.send(session, device)
      log.info({ sessionId: session.id }, 'device handed out')
      return parcel
    },
  }
}
