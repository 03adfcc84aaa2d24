/**
 * How long a video is and how large its picture, as the boxes of an MP4 or QuickTime file say it (ISO/IEC 14496-12). Reads
 * heads and the one box that describes the film, never the film; a file that says nonsense says nothing.
 */
import { type FileHandle, open } from 'node:fs/promises'

export type Film = { seconds?: number; width?: number; height?: number }

/** Boxes of the outermost level that are looked at, and bytes of the one that describes the film. */
const [BOXES, LARGEST] = [1_000, 32 * 1024 * 1024]
/** Pixels, and seconds, beyond which nothing is believed. */
const [WIDEST, LONGEST] = [16_384, 7 * 86_400]

export async function filmAt(path: string): Promise<Film> {
  const file = await open(path)
  try {
    const described = await descriptionIn(file)
    return described ? filmIn(described) : {}
  } catch (error) {
    // It ends in the middle of a box.
    if (error instanceof RangeError) return {}
    throw error
  } finally {
    await file.close()
  }
}

/** The content of `moov`. */
async function descriptionIn(file: FileHandle): Promise<Buffer | undefined> {
  const { size: end } = await file.stat()
  let at = 0
  for (let n = 0; n < BOXES && at + 8 <= end; n++) {
    const { buffer } = await file.read(Buffer.alloc(16), 0, 16, at)
    const { name, head, size } = boxAt(buffer, 0, end - at)
    if (size < head) return
    if (name === 'moov') {
      const length = Math.min(size, end - at) - head
      if (length > LARGEST) return
      return (await file.read(Buffer.alloc(length), 0, length, at + head)).buffer
    }
    at += size
  }
  return
}

/** @param rest bytes that are left, which a box of the size 0 takes */
function boxAt(bytes: Buffer, at: number, rest: number) {
  const short = bytes.readUInt32BE(at)
  const name = bytes.toString('latin1', at + 4, at + 8)
  if (short === 1) return { name, head: 16, size: Number(bytes.readBigUInt64BE(at + 8)) }
  return { name, head: 8, size: short === 0 ? rest : short }
}

function* boxesIn(bytes: Buffer): Generator<{ name: string; content: Buffer }> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const { name, head, size } = boxAt(bytes, at, bytes.length - at)
    if (size < head || at + size > bytes.length) return
    yield { name, content: bytes.subarray(at + head, at + size) }
    at += size
  }
}

function filmIn(moov: Buffer): Film {
  const film: Film = {}
  for (const { name, content } of boxesIn(moov)) {
    if (name === 'mvhd') Object.assign(film, lasting(content))
    if (name === 'trak' && film.width === undefined)
      for (const inner of boxesIn(content))
        if (inner.name === 'tkhd') Object.assign(film, extent(inner.content))
  }
  return film
}

/** The movie header: with version 1 its times take 64 bits. */
function lasting(mvhd: Buffer): Film {
  const isLong = mvhd[0] === 1
  const scale = mvhd.readUInt32BE(isLong ? 20 : 12)
  const duration = isLong ? Number(mvhd.readBigUInt64BE(24)) : mvhd.readUInt32BE(16)
  const seconds = duration / scale
  return seconds > 0 && seconds < LONGEST ? { seconds } : {}
}

/** The track header: a matrix that turns the picture by a quarter, then width and height with 16 bits behind the point. */
function extent(tkhd: Buffer): Film {
  const matrix = tkhd[0] === 1 ? 52 : 40
  const isTurned = tkhd.readInt32BE(matrix) === 0 && tkhd.readInt32BE(matrix + 4) !== 0
  const [wide, high] = [tkhd.readUInt32BE(matrix + 36) >>> 16, tkhd.readUInt32BE(matrix + 40) >>> 16]
  const [width, height] = isTurned ? [high, wide] : [wide, high]
  return width > 0 && height > 0 && width <= WIDEST && height <= WIDEST ? { width, height } : {}
}
