/**
 * Device state on its way between the API and a connector, which alone has the key of devices: a sealed file in the object
 * store, under a key that both have, for as long as it takes. It goes with its session when nobody takes it.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { sessionFolder } from '../media/file.ts'
import { derive, lock, unlock } from '../platform/cipher.ts'
import type { Objects } from '../platform/objects/index.ts'
import { scratch } from '../platform/scratch.ts'
import type { DeviceRows } from './folder/index.ts'

const DEFLATED = 3
const MIMETYPE = 'application/octet-stream'

export type Parcels = ReturnType<typeof openParcels>
type Owner = { id: string; accountId: string }
/** As JSON: rows, and pre-keys in base64. */
type Written = { rows: [string, string][]; preKeys: [number, string][] }

/** @param keys in hex, as functions have them (WEBHOOK_KEY); the first one seals, all of them open */
export function openParcels(objects: Objects, keys: readonly string[]) {
  const keysOf = (accountId: string) =>
    keys.map((key) => derive(Buffer.from(key, 'hex'), `parcels of ${accountId}`))
  const place = (owner: Owner, name: string) => `${sessionFolder(owner.id)}parcel-${name}`

  return {
    /** @returns the name of the parcel */
    async send(owner: Owner, { rows, preKeys }: DeviceRows): Promise<string> {
      const name = randomBytes(16).toString('hex')
      const written: Written = {
        rows: [...rows],
        preKeys: [...preKeys].map(([id, secret]) => [id, Buffer.from(secret).toString('base64')]),
      }
      const [sealing] = keysOf(owner.accountId)
      if (!sealing) throw new Error('a key is needed to seal parcels')
      const key = place(owner, name)
      const content = lock(sealing, DEFLATED, deflateRawSync(JSON.stringify(written)), key)
      await using file = await scratch()
      await writeFile(file.path, content, { mode: 0o600 })
      await objects.put(key, { path: file.path, size: content.length }, MIMETYPE)
      return name
    },

    /** Undefined when there is none, or when it does not open. */
    async open(owner: Owner, name: string): Promise<DeviceRows | undefined> {
      const key = place(owner, name)
      const stored = await objects.get(key)
      if (!stored) return
      const sealed = await buffer(stored.content)
      for (const opening of keysOf(owner.accountId)) {
        const opened = unlock(opening, sealed, key)
        if (opened) return rowsOf(JSON.parse(inflateRawSync(opened.content).toString()) as Written)
      }
      return
    },

    remove: (owner: Owner, name: string): Promise<void> => objects.remove(place(owner, name)),
  }
}

const rowsOf = ({ rows, preKeys }: Written): DeviceRows => ({
  rows: new Map(rows),
  preKeys: new Map(preKeys.map(([id, secret]) => [id, Buffer.from(secret, 'base64')])),
})
