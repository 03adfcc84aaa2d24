/**
 * Linking by a code that is shown by the client and typed on the phone. Client and phone prove to each other that they
 * know the code by exchanging keys wrapped in it; from these follows the secret that a QR code would have carried. With
 * a wrong code the phone cannot read the client's last message, and nothing is linked.
 */
import { randomBytes } from 'node:crypto'
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  Curve,
  derivePairingCodeKey,
  hkdf,
} from '@whiskeysockets/baileys'
import { SandboxError } from '../error.ts'
import type { Person } from '../people/people.ts'
import { type Query, reply, replyError } from '../queries/reply.ts'
import type { Connection } from '../wire/connection.ts'
import { stanzaId } from '../wire/ids.ts'
import { parseJid } from '../wire/jids.ts'
import { at, bytesOf, node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { link } from './scan.ts'

/** A client that shows a code. */
type Hello = {
  connection: Connection
  ref: Buffer
  wrappedEphemeral: Buffer
  /** Set while a phone tries the code. */
  finish?: (bundle: Buffer) => void
}
/** By the number that the code is for. */
export type Hellos = Map<string, Hello>

const FINISHES_WITHIN_MS = 10_000

/** `link_code_companion_reg`, from the client: first it shows a code, at last it answers the phone. */
export function linkByCode(query: Query) {
  const { world, connection, subject } = query
  const number = parseJid(subject?.attrs.jid ?? '')?.user
  if (!subject || !number) return replyError(query, 400)
  if (subject.attrs.stage === 'companion_hello') {
    const ref = randomBytes(32)
    const wrappedEphemeral = bytesOf(at(subject, 'link_code_pairing_wrapped_companion_ephemeral_pub'))
    world.hellos.set(number, { connection, ref, wrappedEphemeral })
    return reply(
      query,
      node('link_code_companion_reg', { stage: 'companion_hello' }, [node('link_code_pairing_ref', {}, ref)]),
    )
  }
  const hello = world.hellos.get(number)
  const ref = bytesOf(at(subject, 'link_code_pairing_ref'))
  if (hello?.connection !== connection || !hello.ref.equals(ref)) return replyError(query, 404)
  reply(query)
  hello.finish?.(bytesOf(at(subject, 'link_code_pairing_wrapped_key_bundle')))
}

/** The person types the code. Throws PAIRING_CODE_UNKNOWN, PAIRING_CODE_WRONG and what `link` throws. */
export async function enterCode(world: World, person: Person, code: string): Promise<{ device: number }> {
  const hello = world.hellos.get(person.number)
  const registration = hello?.connection.registration
  if (!hello || !registration || !world.live.all().includes(hello.connection))
    throw new SandboxError('PAIRING_CODE_UNKNOWN', `No client shows a code for +${person.number}.`)
  const typed = code.replace(/[^0-9a-z]/gi, '').toUpperCase()
  const ephemeral = Curve.generateKeyPair()
  const bundle = bundleOf(hello)
  hello.connection.send(await primaryHello(person, hello, ephemeral.public, typed))
  const companionEphemeral = await unwrap(hello.wrappedEphemeral, typed)
  const shared = Curve.sharedKey(ephemeral.private, companionEphemeral)
  const opened = open(await bundle, shared)
  const [companion, primary, random] = [opened.subarray(0, 32), opened.subarray(32, 64), opened.subarray(64)]
  if (!companion.equals(registration.identity) || !primary.equals(person.identity.public))
    throw new SandboxError('PAIRING_REFUSED', 'The client has named other keys than its own and the phone’s.')
  const identities = Curve.sharedKey(person.identity.private, companion)
  const advSecret = hkdf(Buffer.concat([shared, identities, random]), 32, { info: 'adv_secret' })
  world.hellos.delete(person.number)
  return link(world, person, hello.connection, registration, Buffer.from(advSecret))
}

function bundleOf(hello: Hello): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  hello.finish = resolve
  const late = new SandboxError('PAIRING_TIMED_OUT', 'The client did not answer the code in time.')
  const timer = setTimeout(reject, FINISHES_WITHIN_MS, late).unref()
  return promise.finally(() => {
    clearTimeout(timer)
    delete hello.finish
  })
}

async function primaryHello(person: Person, { ref }: Hello, ephemeral: Uint8Array, code: string) {
  const [salt, iv] = [randomBytes(32), randomBytes(16)]
  const wrapped = aesEncryptCTR(ephemeral, await derivePairingCodeKey(code, salt), iv)
  const attrs = { from: SERVER, type: 'link_code_companion_reg', id: stanzaId(), t: seconds() }
  return node('notification', attrs, [
    node('link_code_companion_reg', { stage: 'primary_hello' }, [
      node('link_code_pairing_ref', {}, ref),
      node('primary_identity_pub', {}, Buffer.from(person.identity.public)),
      node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, Buffer.concat([salt, iv, wrapped])),
    ]),
  ])
}

async function unwrap(wrapped: Buffer, code: string): Promise<Buffer> {
  const key = await derivePairingCodeKey(code, wrapped.subarray(0, 32))
  return Buffer.from(aesDecryptCTR(wrapped.subarray(48), key, wrapped.subarray(32, 48)))
}

function open(bundle: Buffer, shared: Uint8Array): Buffer {
  const key = hkdf(shared, 32, {
    salt: bundle.subarray(0, 32),
    info: 'link_code_pairing_key_bundle_encryption_key',
  })
  try {
    return Buffer.from(aesDecryptGCM(bundle.subarray(44), key, bundle.subarray(32, 44), Buffer.alloc(0)))
  } catch {
    throw new SandboxError('PAIRING_CODE_WRONG', 'That is not the code that the client shows.')
  }
}
