import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BrokenArchive, readArchive, writeZip } from './index.ts'

const MOST = 1_000_000
const LONG = `session-${'1234567890'.repeat(15)}_1.0.json`
const FILES = new Map([
  ['creds.json', '{"a":"ö"}'],
  [LONG, '{}'],
  ['pre-key-1.json', 'x'.repeat(5_000)],
])
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'))
  mkdirSync(join(folder, 'auth'))
  for (const [name, text] of FILES) writeFileSync(join(folder, 'auth', name), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

const tar = (...options: string[]) => {
  execFileSync('tar', ['-C', folder, '-cf', join(folder, 'a.tar'), ...options, 'auth'])
  return readFileSync(join(folder, 'a.tar'))
}

test('what is written as a zip reads the same, and is the same each time', () => {
  expect(readArchive(writeZip(FILES), MOST)).toEqual(FILES)
  expect(writeZip(FILES).equals(writeZip(FILES))).toBe(true)
  expect(readArchive(writeZip(new Map()), MOST)).toEqual(new Map())
})

test.each([['--format=gnu'], ['--format=pax'], ['--format=posix']])('a tar of %s', (format) => {
  const bytes = tar(format)
  expect(readArchive(bytes, MOST)).toEqual(FILES)
  expect(readArchive(gzipSync(bytes), MOST)).toEqual(FILES)
})

test('what is no archive, damaged, or unpacks to more than it may is refused', () => {
  const zip = writeZip(FILES)
  const damaged = Buffer.from(zip)
  damaged.writeUInt8((damaged.readUInt8(45) + 1) % 256, 45)
  const bomb = writeZip(new Map([['a', '0'.repeat(50_000_000)]]))
  expect(bomb.length).toBeLessThan(100_000)
  for (const bytes of [
    Buffer.from('hello'),
    Buffer.alloc(0),
    zip.subarray(0, zip.length - 30),
    zip.subarray(0, 40),
    damaged,
    bomb,
    gzipSync(Buffer.alloc(50_000_000)),
    tar().subarray(0, 700),
  ])
    expect(() => readArchive(bytes, MOST)).toThrow(BrokenArchive)
})

test('a name that leads elsewhere is a bare name, and no two may be the same', () => {
  expect([...readArchive(writeZip(new Map([['../../etc/passwd', 'x']])), MOST).keys()]).toEqual(['passwd'])
  const twice = writeZip(
    new Map([
      ['a/creds.json', '{}'],
      ['b/creds.json', '{}'],
    ]),
  )
  expect(() => readArchive(twice, MOST)).toThrow('two files')
})

test('whatever the bytes are, it answers or says what is wrong', () => {
  const zip = writeZip(FILES)
  for (let at = 0; at < zip.length; at += 7) {
    const changed = Buffer.from(zip)
    changed.writeUInt8((changed.readUInt8(at) + 131) % 256, at)
    try {
      readArchive(changed, MOST)
    } catch (error) {
      expect(error).toBeInstanceOf(BrokenArchive)
    }
  }
})
