/**
 * WhatsApp's framing: the client opens with `WA` + protocol and dictionary version (routing info may come before it);
 * after that every frame, both ways, is a 3-byte big-endian length and the payload. A WebSocket message may carry
 * several frames or a piece of one.
 */
import { NOISE_WA_HEADER } from '@whiskeysockets/baileys'

const ROUTING_PREFIX = Buffer.from('ED')
const ROUTING_HEADER_BYTES = 7
const LENGTH_BYTES = 3

export class FramingError extends Error {
  override readonly name = 'FramingError'
}

export function frame(payload: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(LENGTH_BYTES + payload.length)
  framed.writeUIntBE(payload.length, 0, LENGTH_BYTES)
  framed.set(payload, LENGTH_BYTES)
  return framed
}

/** Takes bytes as they come, gives whole frames. Throws FramingError when the opening is not WhatsApp's. */
export function frameReader() {
  let rest: Buffer = Buffer.alloc(0)
  let opened = false

  const skipOpening = (): boolean => {
    let start = 0
    if (rest.subarray(0, 2).equals(ROUTING_PREFIX)) {
      if (rest.length < ROUTING_HEADER_BYTES) return false
      start = ROUTING_HEADER_BYTES + rest.readUIntBE(4, 3)
    }
    const end = start + NOISE_WA_HEADER.length
    if (rest.length < end) return false
    if (!rest.subarray(start, end).equals(NOISE_WA_HEADER)) throw new FramingError('Not a WhatsApp client.')
    rest = rest.subarray(end)
    return true
  }

  return (bytes: Buffer): Buffer[] => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    opened ||= skipOpening()
    if (!opened) return []
    const frames: Buffer[] = []
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readUIntBE(0, LENGTH_BYTES)
      if (rest.length < end) break
      frames.push(rest.subarray(LENGTH_BYTES, end))
      rest = rest.subarray(end)
    }
    return frames
  }
}
