/** Small files that are what they say: enough of each format for whoever looks at the content. */
import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'

/** 8 × 8, grey. */
export const png = PNG.sync.write(
  Object.assign(new PNG({ width: 8, height: 8 }), { data: Buffer.alloc(256, 128) }),
)

/** 1 × 1, as small as a baseline JPEG can be. */
export const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)

/** 1 × 1, lossless. */
export const webp = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64')

export const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
)

const box = (name: string, content: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(content.length + 8)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, content])
}
/** A file type and some data. */
export const mp4 = Buffer.concat([
  box('ftyp', Buffer.from('isom\0\0\u0002\0isomiso2avc1mp41', 'latin1')),
  box('mdat', deflateSync(Buffer.alloc(5_000, 'frame'))),
])

/** The same with a description: how long, and how large, turned by a quarter when it is. */
export function film({ seconds = 12.4, width = 640, height = 360, isTurned = false } = {}): Buffer {
  const mvhd = Buffer.alloc(100)
  mvhd.writeUInt32BE(1_000, 12)
  mvhd.writeUInt32BE(seconds * 1_000, 16)
  const tkhd = Buffer.alloc(84)
  const matrix = isTurned ? [0, 0x10000, 0, -0x10000, 0] : [0x10000, 0, 0, 0, 0x10000]
  for (const [n, value] of matrix.entries()) tkhd.writeInt32BE(value, 40 + 4 * n)
  tkhd.writeUInt32BE(width * 0x10000, 76)
  tkhd.writeUInt32BE(height * 0x10000, 80)
  return Buffer.concat([mp4, box('moov', Buffer.concat([box('mvhd', mvhd), box('trak', box('tkhd', tkhd))]))])
}

/** Frames of silence, MPEG 1 layer III, 128 kbit/s, 44.1 kHz. */
export const mp3 = Buffer.concat(
  Array.from({ length: 20 }, () => Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413)])),
)

const page = (type: number, content: Buffer, granule: number, sequence: number): Buffer => {
  const head = Buffer.alloc(27)
  head.write('OggS', 0, 'latin1')
  head[5] = type
  head.writeBigUInt64LE(BigInt(granule), 6)
  head.writeUInt32LE(1, 14)
  head.writeUInt32LE(sequence, 18)
  head[26] = 1
  return Buffer.concat([head, Buffer.of(content.length), content])
}
/** A voice that rises: packets of Opus, each larger than the one before. */
export const rising = Buffer.concat([
  page(2, Buffer.from('OpusHead\u0001\u0001\0\0\u0080»\0\0\0\0\0', 'latin1'), 0, 0),
  page(0, Buffer.from('OpusTags\u0004\0\0\0test\0\0\0\0', 'latin1'), 0, 1),
  ...Array.from({ length: 128 }, (_, n) =>
    page(n === 127 ? 4 : 0, Buffer.alloc(20 + n, 0xfc), 960 * (n + 1), n + 2),
  ),
])

/** The heads of an Ogg stream with Opus, and a frame. */
export const ogg = Buffer.concat([
  page(2, Buffer.from('OpusHead\u0001\u0001\0\0\u0080»\0\0\0\0\0', 'latin1'), 0, 0),
  page(0, Buffer.from('OpusTags\u0004\0\0\0test\0\0\0\0', 'latin1'), 0, 1),
  page(4, Buffer.alloc(60, 0xfc), 96_000, 2),
])

/** Two seconds of a tone that grows, 16 bits, mono, 8 kHz. */
export function wav(): Buffer {
  const samples = Buffer.alloc(32_000)
  for (let n = 0; n < 16_000; n += 1) samples.writeInt16LE(Math.sin(n / 3) * n, 2 * n)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  for (const [at, value] of [
    [16, 16],
    [24, 8_000],
    [28, 16_000],
  ] as const)
    head.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    head.writeUInt16LE(value, at)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(samples.length, 40)
  return Buffer.concat([head, samples])
}

/** 16 × 16, one frame of one colour. */
export const gif = Buffer.from(
  'R0lGODlhEAAQAPcfMQAAACQAAEgAAGwAAJAAALQAANgAAPwAAAAkACQkAEgkAGwkAJAkALQkANgkAPwkAABIACRIAEhIAGxIAJBIALRIANhIAPxIAABsACRsAEhsAGxsAJBsALRsANhsAPxsAACQACSQAEiQAGyQAJCQALSQANiQAPyQAAC0ACS0AEi0AGy0AJC0ALS0ANi0APy0AADYACTYAEjYAGzYAJDYALTYANjYAPzYAAD8ACT8AEj8AGz8AJD8ALT8ANj8APz8AAAAVSQAVUgAVWwAVZAAVbQAVdgAVfwAVQAkVSQkVUgkVWwkVZAkVbQkVdgkVfwkVQBIVSRIVUhIVWxIVZBIVbRIVdhIVfxIVQBsVSRsVUhsVWxsVZBsVbRsVdhsVfxsVQCQVSSQVUiQVWyQVZCQVbSQVdiQVfyQVQC0VSS0VUi0VWy0VZC0VbS0Vdi0Vfy0VQDYVSTYVUjYVWzYVZDYVbTYVdjYVfzYVQD8VST8VUj8VWz8VZD8VbT8Vdj8Vfz8VQAAqiQAqkgAqmwAqpAAqrQAqtgAqvwAqgAkqiQkqkgkqmwkqpAkqrQkqtgkqvwkqgBIqiRIqkhIqmxIqpBIqrRIqthIqvxIqgBsqiRsqkhsqmxsqpBsqrRsqthsqvxsqgCQqiSQqkiQqmyQqpCQqrSQqtiQqvyQqgC0qiS0qki0qmy0qpC0qrS0qti0qvy0qgDYqiTYqkjYqmzYqpDYqrTYqtjYqvzYqgD8qiT8qkj8qmz8qpD8qrT8qtj8qvz8qgAA/yQA/0gA/2wA/5AA/7QA/9gA//wA/wAk/yQk/0gk/2wk/5Ak/7Qk/9gk//wk/wBI/yRI/0hI/2xI/5BI/7RI/9hI//xI/wBs/yRs/0hs/2xs/5Bs/7Rs/9hs//xs/wCQ/ySQ/0iQ/2yQ/5CQ/7SQ/9iQ//yQ/wC0/yS0/0i0/2y0/5C0/7S0/9i0//y0/wDY/yTY/0jY/2zY/5DY/7TY/9jY//zY/wD8/yT8/0j8/2z8/5D8/7T8/9j8//z8/yH/C05FVFNDQVBFMi4wAwEAAAAh+QQEFAAfACwAAAAAEAAQAAAIJwAPCBxIsKDBgwgTDjRwkKHChxAjQnRYkKLEixgXNszIsWPFjQIDAgAh+QQFFAAAACwPAA8AAQABAAAIBAABBAQAOw==',
  'base64',
)
