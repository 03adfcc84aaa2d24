/**
 * The server's side of Noise_XX_25519_AESGCM_SHA256 as WhatsApp speaks it: three messages, after which both sides
 * hold one key per direction. Proves to the client that the sandbox owns its certified key, and to the sandbox
 * which Noise key the client owns.
 */
import {
  aesDecryptGCM,
  aesEncryptGCM,
  Curve,
  hkdf,
  NOISE_MODE,
  NOISE_WA_HEADER,
  proto,
  sha256,
} from '@whiskeysockets/baileys'
import type { Certificates } from './certificates.ts'

export type Transport = { encrypt(plain: Uint8Array): Buffer; decrypt(cipher: Uint8Array): Buffer }
export type Greeted = { payload: proto.ClientPayload; noiseKey: Buffer; transport: Transport }
export type Handshake = {
  /** Answers the client's hello. */
  hello(frame: Uint8Array): Buffer
  /** Reads the client's finish; throws when it does not fit the hello. */
  finish(frame: Uint8Array): Greeted
}

const NOTHING = Buffer.alloc(0)

export function handshake(certificates: Certificates): Handshake {
  const ephemeral = Curve.generateKeyPair()
  const cipher = symmetricState()
  cipher.mixHash(NOISE_WA_HEADER)

  return {
    hello(bytes) {
      const client = required(proto.HandshakeMessage.decode(bytes).clientHello?.ephemeral)
      cipher.mixHash(client)
      cipher.mixHash(ephemeral.public)
      cipher.mixKey(Curve.sharedKey(ephemeral.private, client))
      const encryptedStatic = cipher.encrypt(certificates.server.public)
      cipher.mixKey(Curve.sharedKey(certificates.server.private, client))
      const payload = cipher.encrypt(certificates.chain)
      const serverHello = { ephemeral: ephemeral.public, static: encryptedStatic, payload }
      return Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish())
    },

    finish(bytes) {
      const { clientFinish } = proto.HandshakeMessage.decode(bytes)
      const noiseKey = cipher.decrypt(required(clientFinish?.static))
      cipher.mixKey(Curve.sharedKey(ephemeral.private, noiseKey))
      const payload = proto.ClientPayload.decode(cipher.decrypt(required(clientFinish?.payload)))
      return { payload, noiseKey, transport: transport(...cipher.split()) }
    },
  }
}

/** Hash, chaining key and cipher key of the handshake; one nonce counter serves both directions. */
function symmetricState() {
  let hash: Buffer = Buffer.from(NOISE_MODE)
  let chain: Buffer = hash
  let key: Buffer = hash
  let nonce = 0
  const derive = (input: Uint8Array): [Buffer, Buffer] => {
    const bytes = Buffer.from(hkdf(Buffer.from(input), 64, { salt: chain, info: '' }))
    return [bytes.subarray(0, 32), bytes.subarray(32)]
  }
  const mixHash = (data: Uint8Array) => {
    hash = Buffer.from(sha256(Buffer.concat([hash, data])))
  }
  return {
    mixHash,
    mixKey(secret: Uint8Array) {
      ;[chain, key] = derive(secret)
      nonce = 0
    },
    encrypt(plain: Uint8Array): Buffer {
      const encrypted = aesEncryptGCM(plain, key, counterIv(nonce++), hash)
      mixHash(encrypted)
      return encrypted
    },
    decrypt(encrypted: Uint8Array): Buffer {
      const plain = aesDecryptGCM(encrypted, key, counterIv(nonce++), hash)
      mixHash(encrypted)
      return plain
    },
    split: () => derive(NOTHING),
  }
}

function transport(receiving: Buffer, sending: Buffer): Transport {
  let sent = 0
  let received = 0
  return {
    encrypt: (plain) => aesEncryptGCM(plain, sending, counterIv(sent++), NOTHING),
    decrypt: (encrypted) => aesDecryptGCM(encrypted, receiving, counterIv(received++), NOTHING),
  }
}

function counterIv(counter: number): Buffer {
  const iv = Buffer.alloc(12)
  iv.writeUInt32BE(counter >>> 0, 8)
  return iv
}

function required(bytes: Uint8Array | null | undefined): Buffer {
  if (!bytes?.length) throw new Error('The handshake message is incomplete.')
  return Buffer.from(bytes)
}
