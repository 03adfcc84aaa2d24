/**
 * The bars that a phone shows beside a voice note, from the stream as it lies there: Opus spends few bytes on silence and
 * many on speech, so the sizes of its packets rise and fall with the voice. Nothing is decoded, which would take the
 * processor time that sockets need. Ogg's pages: RFC 3533; Opus in Ogg: RFC 7845.
 */
import { createReadStream } from 'node:fs'

/** As many as WhatsApp takes, each from 0 to 100. */
const BARS = 64
/** Packets that are looked at: six hours of speech. */
const MOST = 1_080_000
/** Packets that only describe the stream. */
const HEADS = 2

/** Undefined for what is no such stream, or tells no difference. */
export async function waveformOf(path: string): Promise<Uint8Array | undefined> {
  const sizes = (await packetSizes(createReadStream(path))).slice(HEADS)
  if (sizes.length < BARS) return
  const bars = Array.from({ length: BARS }, (_, n) => {
    const from = Math.floor((n * sizes.length) / BARS)
    const to = Math.floor(((n + 1) * sizes.length) / BARS)
    return sizes.slice(from, to).reduce((sum, size) => sum + size, 0) / (to - from)
  })
  const [low, high] = [Math.min(...bars), Math.max(...bars)]
  if (high - low < 1) return
  return Uint8Array.from(bars, (bar) => Math.round((100 * (bar - low)) / (high - low)))
}

/** Of every packet, in bytes; as far as the stream is one. */
async function packetSizes(content: AsyncIterable<Buffer>): Promise<number[]> {
  const sizes: number[] = []
  let rest = Buffer.alloc(0)
  let packet = 0
  for await (const chunk of content) {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const page = pageIn(rest)
      if (page === 'no page' || sizes.length > MOST) return sizes
      if (page === 'more') break
      for (const lace of page.laces) {
        packet += lace
        if (lace === 255) continue
        sizes.push(packet)
        packet = 0
      }
      rest = rest.subarray(page.length)
    }
  }
  return sizes
}

/** The first page: a head of 27 bytes, a table of the parts of packets in it, and these. */
function pageIn(bytes: Buffer): { laces: Buffer; length: number } | 'more' | 'no page' {
  if (bytes.length < 27) return 'more'
  if (bytes.toString('latin1', 0, 4) !== 'OggS') return 'no page'
  const body = 27 + bytes.readUInt8(26)
  if (bytes.length < body) return 'more'
  const laces = bytes.subarray(27, body)
  const length = laces.reduce((sum, lace) => sum + lace, body)
  return bytes.length < length ? 'more' : { laces, length }
}
