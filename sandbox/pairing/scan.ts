/**
 * A person points the phone at a QR code: the phone vouches for the client's identity key, the client signs back, and
 * the companion exists. Both signatures are real, and the client's is verified.
 * Sequence: pair-success → pair-device-sign → stream error 515 → the client connects again and logs in.
 */
import {
  Curve,
  hmacSign,
  proto,
  WA_ADV_ACCOUNT_SIG_PREFIX,
  WA_ADV_DEVICE_SIG_PREFIX,
} from '@whiskeysockets/baileys'
import { announceDevice } from '../delivery/devices.ts'
import { SandboxError } from '../error.ts'
import { type Companion, nextDeviceNumber } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { isSignedBy } from '../signal/verify.ts'
import type { Connection } from '../wire/connection.ts'
import { sayGoodbye } from '../wire/goodbyes.ts'
import { stanzaId } from '../wire/ids.ts'
import { lidJid, pnJid } from '../wire/jids.ts'
import { at, type BinaryNode, bytesOf, node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import type { Registration } from './registrations.ts'

/** What the QR code says: a reference of the server, and the client's own keys and secret. */
export type QrCode = { ref: string; noiseKey: Buffer; identity: Buffer; advSecret: Buffer }

const ANSWER_WITHIN_MS = 10_000

/** Throws QR_MALFORMED. */
export function readQr(qr: string): QrCode {
  const [ref, noiseKey, identity, advSecret] = qr.slice(qr.indexOf('#') + 1).split(',')
  if (!ref || !noiseKey || !identity || !advSecret)
    throw new SandboxError('QR_MALFORMED', 'This is not the content of a WhatsApp QR code.')
  return {
    ref,
    noiseKey: fromBase64(noiseKey),
    identity: fromBase64(identity),
    advSecret: fromBase64(advSecret),
  }
}

/** Links the client that shows this code. Throws QR_*, PAIRING_* and DEVICE_NUMBERS_EXHAUSTED. */
export async function scan(world: World, person: Person, qr: QrCode): Promise<{ device: number }> {
  const { connection, registration } = world.registrations.showing(qr.ref)
  if (!registration.noiseKey.equals(qr.noiseKey) || !registration.identity.equals(qr.identity))
    throw new SandboxError('QR_MALFORMED', 'The keys in this code are not those of the client that shows it.')
  if (registration.offer)
    throw new SandboxError('QR_ALREADY_USED', 'Somebody else is linking this client right now.')
  return link(world, person, connection, registration, qr.advSecret)
}

/** The phone vouches for the client, whichever way the two have come to share the secret. Throws PAIRING_*. */
export async function link(
  world: World,
  person: Person,
  connection: Connection,
  registration: Registration,
  advSecret: Buffer,
): Promise<{ device: number }> {
  const device = nextDeviceNumber(person)
  person.lastDevice = device
  world.people.save(person)

  const { details, wrapped } = vouchFor(person, device, registration, advSecret)
  const signedIdentity = await offer(
    connection,
    registration,
    pairSuccess(person, device, wrapped),
    details,
    person,
  )
  world.registrations.used(connection)
  const companion: Companion = {
    lid: person.lid,
    number: person.number,
    device,
    noiseKey: registration.noiseKey,
    identity: registration.identity,
    registrationId: registration.registrationId,
    signedPreKey: registration.signedPreKey,
    signedIdentity,
    welcomed: false,
    shown: registration.shown,
  }
  world.companions.save(companion)
  announceDevice(world, 'add', companion)
  world.stats.count('pairings')
  sayGoodbye(connection, 'restart')
  return { device }
}

/** The client's answer to pair-success. */
export function takeSignature(registration: Registration, answer: BinaryNode) {
  registration.offer?.answered(bytesOf(at(answer, 'pair-device-sign', 'device-identity')))
}

function vouchFor(person: Person, device: number, registration: Registration, advSecret: Buffer) {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: person.registrationId,
    timestamp: Number(seconds()),
    keyIndex: device,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish()
  const claim = Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, registration.identity])
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: person.identity.public,
    accountSignature: Curve.sign(person.identity.private, claim),
  }).finish()
  const wrapped = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: signed,
    hmac: hmacSign(signed, advSecret),
  })
  return { details, wrapped: Buffer.from(wrapped.finish()) }
}

function pairSuccess(person: Person, device: number, wrapped: Buffer): BinaryNode {
  const jids = { jid: pnJid(person.number, device), lid: lidJid(person.lid, device) }
  return node('iq', { from: SERVER, type: 'set', id: stanzaId(), xmlns: 'md' }, [
    node('pair-success', {}, [
      node('device-identity', {}, wrapped),
      node('device', jids),
      node('platform', { name: 'iphone' }),
    ]),
  ])
}

/** Waits for the client's signature and verifies it; gives the complete, doubly signed identity. */
function offer(
  connection: Connection,
  registration: Registration,
  stanza: BinaryNode,
  details: Uint8Array,
  person: Person,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const late = new SandboxError('PAIRING_TIMED_OUT', 'The client did not answer the link in time.')
  const timer = setTimeout(reject, ANSWER_WITHIN_MS, late).unref()
  registration.offer = {
    stanzaId: stanza.attrs.id ?? '',
    failed: reject,
    answered(bytes) {
      const account = proto.ADVSignedDeviceIdentity.decode(bytes)
      const signature = account.deviceSignature ?? Buffer.alloc(0)
      const claim = [WA_ADV_DEVICE_SIG_PREFIX, details, registration.identity, person.identity.public]
      if (!isSignedBy(registration.identity, Buffer.concat(claim), signature))
        return reject(new SandboxError('PAIRING_REFUSED', 'The device signature of the client is wrong.'))
      account.accountSignatureKey = person.identity.public
      resolve(Buffer.from(proto.ADVSignedDeviceIdentity.encode(account).finish()))
    },
  }
  connection.send(stanza)
  return promise.finally(() => {
    clearTimeout(timer)
    delete registration.offer
  })
}

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64')
