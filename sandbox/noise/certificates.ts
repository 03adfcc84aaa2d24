/**
 * The sandbox's own trust: a root key, an intermediate and a leaf certificate for the server's Noise key, as
 * WhatsApp has them. A client accepts the sandbox when it trusts the root's public key. Created once per data folder.
 */
import { Curve, type KeyPair, proto } from '@whiskeysockets/baileys'
import type { Store } from '../store.ts'

export type Certificates = { root: KeyPair; server: KeyPair; chain: Buffer }

const { Details } = proto.CertChain.NoiseCertificate
const DAY = 86_400
const KEY = 'noise'

export function loadCertificates(store: Store, nowMs: number): Certificates {
  const known = tableIn(store).get(KEY)
  if (known) return known
  const created = createCertificates(Math.floor(nowMs / 1000))
  keepCertificates(store, created)
  return created
}

export const keepCertificates = (store: Store, certificates: Certificates) =>
  tableIn(store).put(KEY, certificates)

const tableIn = (store: Store) => store.table<Certificates>('certificates')

/** Baileys demands `issuerSerial === 0` in the intermediate (WA_CERT_DETAILS.SERIAL). */
function createCertificates(now: number): Certificates {
  const root = Curve.generateKeyPair()
  const intermediate = Curve.generateKeyPair()
  const server = Curve.generateKeyPair()
  const validity = { notBefore: now - DAY, notAfter: now + 10 * 365 * DAY }
  const sign = (issuer: KeyPair, fields: { serial: number; issuerSerial: number; key: Uint8Array }) => {
    const details = Details.encode({ ...fields, ...validity }).finish()
    return { details, signature: Curve.sign(issuer.private, details) }
  }
  const chain = proto.CertChain.encode({
    intermediate: sign(root, { serial: 1, issuerSerial: 0, key: intermediate.public }),
    leaf: sign(intermediate, { serial: 2, issuerSerial: 1, key: server.public }),
  }).finish()
  return { root, server, chain: Buffer.from(chain) }
}
