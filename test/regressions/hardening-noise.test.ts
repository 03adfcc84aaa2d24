/**
 * Whom we believe to be the server. Stock Baileys 7.0.0-rc14 accepts every one of these impostors, because its
 * `Curve.verify` answers true to any signature and nobody compares the certified key with the one in use.
 */
import { Curve, makeNoiseHandler, NOISE_WA_HEADER, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import pino from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { harden } from '../../connector/socket/hardening/index.ts'
import { type Certificates, loadCertificates } from '../../sandbox/noise/certificates.ts'
import { handshake } from '../../sandbox/noise/handshake.ts'
import { openStore } from '../../sandbox/store.ts'

const genuine = newCertificates()

beforeAll(() => {
  harden()
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(genuine.root.public)
})

/** A client shakes hands with a server that shows these certificates; throws when the client refuses. */
function shakeHands(certificates: Certificates): void {
  const keyPair = Curve.generateKeyPair()
  const client = makeNoiseHandler({
    keyPair,
    NOISE_HEADER: NOISE_WA_HEADER,
    logger: pino({ level: 'silent' }),
  })
  const hello = proto.HandshakeMessage.encode({ clientHello: { ephemeral: keyPair.public } }).finish()
  const answer = proto.HandshakeMessage.decode(handshake(certificates).hello(hello))
  client.processHandshake(answer, Curve.generateKeyPair())
}

function newCertificates(): Certificates {
  const store = openStore(undefined)
  try {
    return loadCertificates(store, Date.now())
  } finally {
    store.close()
  }
}

/** The genuine chain with one bit changed in a part of it. */
function tampered(part: 'leaf' | 'intermediate', field: 'details' | 'signature'): Certificates {
  const chain = proto.CertChain.decode(genuine.chain)
  const bytes = Buffer.from(chain[part]?.[field] ?? [])
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
  const changed = { ...chain, [part]: { ...chain[part], [field]: bytes } }
  return { ...genuine, chain: Buffer.from(proto.CertChain.encode(changed).finish()) }
}

test('the server with the trusted root is accepted', () => {
  expect(() => shakeHands(genuine)).not.toThrow()
})

test('a server with a root of its own is refused', () => {
  expect(() => shakeHands(newCertificates())).toThrow(/signature invalid/)
})

test.each(['leaf', 'intermediate'] as const)('a changed %s certificate is refused', (part) => {
  expect(() => shakeHands(tampered(part, 'details'))).toThrow(/invalid/)
  expect(() => shakeHands(tampered(part, 'signature'))).toThrow(/signature invalid/)
})

test('the true chain in front of another key is refused', () => {
  expect(() => shakeHands({ ...genuine, server: newCertificates().server })).toThrow(/signature invalid/)
})
