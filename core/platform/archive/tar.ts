/** Tar archives in memory (POSIX.1-1988 ustar), with the long names of GNU tar and of pax. Links and devices are left out. */
import { BrokenArchive, type Entry } from './entry.ts'

const BLOCK = 512
const PAX_PATH = /^\d+ path=(.*)$/m
/** Types of entries: a file, one of old archives, a long name of GNU's, attributes of pax. */
const FILES = ['0', '\0']
const [LONG_NAME, ATTRIBUTES] = ['L', 'x']

export function* readTar(bytes: Buffer): Generator<Entry> {
  let longName: string | undefined
  for (let at = 0; ; ) {
    const head = bytes.subarray(at, at + BLOCK)
    if (head.length < BLOCK) throw new BrokenArchive('it ends too early')
    if (head.every((byte) => byte === 0)) return
    const { name, type, size } = readHead(head)
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size)
    if (content.length < size) throw new BrokenArchive('it ends too early')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    if (type === LONG_NAME) longName = upToZero(content)
    else if (type === ATTRIBUTES) longName = PAX_PATH.exec(content.toString())?.[1] ?? longName
    else {
      if (FILES.includes(type)) yield { name: longName ?? name, content }
      longName = undefined
    }
  }
}

function readHead(head: Buffer): { name: string; type: string; size: number } {
  const field = (from: number, length: number) => upToZero(head.subarray(from, from + length))
  const size = Number.parseInt(field(124, 12).trim() || '0', 8)
  // The sum of a head counts its own field as spaces.
  const sum = head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  if (sum !== Number.parseInt(field(148, 8).trim(), 8) || !(size >= 0))
    throw new BrokenArchive('it is damaged')
  const prefix = field(257, 5) === 'ustar' ? field(345, 155) : ''
  const name = prefix ? `${prefix}/${field(0, 100)}` : field(0, 100)
  return { name, type: String.fromCharCode(head[156] ?? 0), size }
}

const upToZero = (bytes: Buffer): string => bytes.toString().replace(/\0.*$/s, '')
