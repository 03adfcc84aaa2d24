/** An unpaired client introduces itself and is handed the codes that it may show as QR, all at once. */
import { randomBytes } from 'node:crypto'
import { generateSignalPubKey, proto } from '@whiskeysockets/baileys'
import type { Shown } from '../people/companions.ts'
import { isSignedBy } from '../signal/verify.ts'
import type { Connection } from '../wire/connection.ts'
import { refuseLogin } from '../wire/goodbyes.ts'
import { stanzaId } from '../wire/ids.ts'
import { node, SERVER } from '../wire/nodes.ts'
import type { World } from '../world.ts'

type PairingData = proto.ClientPayload.IDevicePairingRegistrationData

const REF_BYTES = 48

export function register(world: World, connection: Connection, noiseKey: Buffer, data: PairingData) {
  const identity = bytes(data.eIdent)
  const signedPreKey = {
    id: uint(data.eSkeyId),
    public: bytes(data.eSkeyVal),
    signature: bytes(data.eSkeySig),
  }
  if (!isSignedBy(identity, generateSignalPubKey(signedPreKey.public), signedPreKey.signature)) {
    world.stats.problem('registration', 'The signature of the signed pre-key is wrong.')
    return refuseLogin(connection, 401)
  }
  const refs = Array.from(
    { length: world.options.qrRefs },
    () => `2@${randomBytes(REF_BYTES).toString('base64')}`,
  )
  world.registrations.waiting(connection, {
    refs,
    noiseKey,
    identity,
    registrationId: uint(data.eRegid),
    signedPreKey,
    shown: shownBy(bytes(data.deviceProps)),
  })
  const codes = refs.map((ref) => node('ref', {}, Buffer.from(ref)))
  connection.send(
    node('iq', { from: SERVER, type: 'set', id: stanzaId(), xmlns: 'md' }, [node('pair-device', {}, codes)]),
  )
}

function shownBy(props: Uint8Array): Shown {
  const { os, platformType, requireFullSync } = proto.DeviceProps.decode(props)
  const browser = proto.DeviceProps.PlatformType[platformType ?? 0] ?? ''
  return { name: os ?? '', browser, fullHistory: requireFullSync ?? false }
}

const bytes = (value: Uint8Array | null | undefined): Buffer => Buffer.from(value ?? [])
const uint = (value: Uint8Array | null | undefined): number =>
  value?.length ? bytes(value).readUIntBE(0, value.length) : 0
