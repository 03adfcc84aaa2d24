/**
 * A session that begins with a device of another program: it is there as a whole, with its number and its device, or not
 * at all. The connector that owns it takes the device in before it connects for the first time.
 */
import type { DeviceRows, Linked } from '../device/folder/index.ts'
import type { Parcels } from '../device/parcel.ts'
import type { Domain } from '../domain.ts'
import type { Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { type Session, sessionKey } from '../session.ts'
import { create, type NewSession } from './create.ts'
import { adviceOnTaken, type Claim, claiming, lookAt } from './number.ts'

/** @throws Fault NUMBER_ALREADY_LINKED, SESSION_LIMIT_REACHED */
export async function bring(
  domain: Domain,
  parcels: Parcels,
  input: Omit<NewSession, 'id' | 'device'>,
  device: DeviceRows & { linked: Linked },
): Promise<Session> {
  const { store } = domain
  const { phoneNumber, jid, lid, name: pushName, platform } = device.linked
  const { seen, isHeld } = await lookAt(store, input, phoneNumber)
  if (seen && isHeld) throw numberTaken(seen, input)
  const id = domain.newSessionId()
  const owner = { id, accountId: input.accountId }
  const parcel = await parcels.send(owner, device)
  const state = { linked: true, phoneNumber, jid, lid, pushName, platform }
  try {
    return await create(domain, {
      ...input,
      id,
      device: { parcel, state },
      also: (session) => [...(input.also?.(session) ?? []), claiming(owner, phoneNumber, store.now(), seen)],
    })
  } catch (error) {
    await parcels.remove(owner, parcel).catch((err: unknown) => {
      domain.log.warn({ err, sessionId: id }, 'a parcel of no session could not be removed')
    })
    // Somebody may have brought the same device at the same moment.
    const { seen: first, isHeld: isTaken } = await lookAt(store, input, phoneNumber)
    throw first && isTaken ? numberTaken(first, input) : error
  }
}

/** Its device was taken in. */
export const unpacked = (store: Store, id: string, parcel: string): Promise<boolean> => {
  const update = updating().remove('parcel')
  update.where(`${update.name('parcel')} = ${update.value(parcel)}`)
  return store.update('main', sessionKey(id), update.build())
}

const numberTaken = (claim: Claim, { accountId }: Pick<NewSession, 'accountId'>) =>
  new Fault('NUMBER_ALREADY_LINKED', 'This number has a session already.', {
    details: {
      ...(claim.accountId === accountId ? { sessionId: claim.sessionId } : {}),
      action: adviceOnTaken(claim, { accountId }),
    },
  })
