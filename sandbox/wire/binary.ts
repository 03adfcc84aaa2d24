/** Decodes a stanza in one step. Baileys' own decoder is asynchronous because of compression, which is rare. */
import { inflateSync } from 'node:zlib'
import { decodeDecompressedBinaryNode } from '@whiskeysockets/baileys'
import * as constants from '@whiskeysockets/baileys/lib/WABinary/constants.js'
import type { BinaryNode } from './nodes.ts'

const COMPRESSED = 2

export function decodeStanza(encoded: Uint8Array): BinaryNode {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  const flags = bytes.readUInt8(0)
  const content = bytes.subarray(1)
  return decodeDecompressedBinaryNode(flags & COMPRESSED ? inflateSync(content) : content, constants)
}
