/**
 * Repairs of signature checks in Baileys 7.0.0-rc14, put in place once per process. `Curve.verify` answers true to any
 * signature, so neither the Noise certificate chain nor the account signature of a pairing is checked; and nothing
 * compares the certified key with the key that the server uses, so that somebody else's true chain would do. Group
 * messages are verified, but in slow JavaScript.
 */
import { Curve, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import { SenderKeyMessage } from '@whiskeysockets/baileys/lib/Signal/Group/sender-key-message.js'
import { verifySignature } from './verify.ts'

const DONE = Symbol.for('linekeeper.baileys.repaired')
const GROUP_SIGNATURE_BYTES = 64

export function repairBaileys(): void {
  const mark = Curve as object as Record<symbol, boolean>
  if (mark[DONE]) return
  mark[DONE] = true
  repairCurve()
  SenderKeyMessage.prototype.verifySignature = function (signatureKey) {
    const bytes = this.serialize()
    const at = bytes.length - GROUP_SIGNATURE_BYTES
    if (!verifySignature(signatureKey, bytes.subarray(0, at), bytes.subarray(at)))
      throw new Error('Invalid signature!')
  }
}

/**
 * A Noise handshake agrees on a key with the server's static key and verifies the leaf certificate right after it,
 * without a pause between the two: so the key of the last agreement is the one that the leaf has to certify.
 */
function repairCurve(): void {
  const agree = Curve.sharedKey
  let peer: Uint8Array | undefined
  Curve.sharedKey = (privateKey, publicKey) => {
    peer = publicKey
    return agree(privateKey, publicKey)
  }
  Curve.verify = (publicKey, message, signature) => {
    const certified = certifiedKey(message)
    const expected = peer
    peer = undefined
    if (certified && expected && !Buffer.from(certified).equals(expected)) return false
    return verifySignature(publicKey, message, signature)
  }
}

/** The key in a leaf certificate; undefined for any other signed message. */
function certifiedKey(message: Uint8Array): Uint8Array | undefined {
  try {
    const { key, issuerSerial } = proto.CertChain.NoiseCertificate.Details.decode(message)
    return key?.length === 32 && issuerSerial !== WA_CERT_DETAILS.SERIAL ? key : undefined
  } catch {
    return undefined
  }
}
