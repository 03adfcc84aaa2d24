import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CONVERTIBLE, typeOf } from '#core/media/kinds.ts'
import * as sample from '../../test/support/files.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { filmAt } from '../socket/media/mp4.ts'
import { waveformOf } from '../socket/media/waveform.ts'
import { converting } from './conversion.ts'
import { demuxerOf } from './formats.ts'

const hasProgram = spawnSync('ffmpeg', ['-version']).status === 0
const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const at = (name: string, content: Buffer): string => {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}
const target = join(folder.path, 'made')

test('whatever is let in, ffmpeg is told how to read', () => {
  for (const type of Object.values(CONVERTIBLE).flat()) expect(demuxerOf(type)).toMatch(/^\w+$/)
})

test('without the program nothing is converted, and that has a name', async () => {
  const file = { path: at('sound.wav', sample.wav()), mimetype: 'audio/wav' }
  await expect(converting('no-such-program')('audio', file, target)).rejects.toMatchObject({
    name: 'NoProgram',
  })
})

describe.runIf(hasProgram)('with ffmpeg', () => {
  const convert = converting()
  const made = (name: string, ...how: string[]): string => {
    const path = join(folder.path, name)
    const { status } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...how, path])
    expect(status, name).toBe(0)
    return path
  }
  const TONE = ['-f', 'lavfi', '-i', 'sine=duration=2']
  const PICTURES = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=5:duration=2']

  test.each([
    ['tone.mp3', 'audio/mpeg'],
    ['tone.wav', 'audio/wav'],
    ['tone.flac', 'audio/flac'],
    ['tone.aiff', 'audio/aiff'],
    ['tone.m4a', 'audio/mp4'],
    ['tone.webm', 'video/webm'],
  ])('%s becomes a voice note that phones play', async (name, mimetype) => {
    const path = made(name, ...TONE)
    expect((await typeOf(readFileSync(path).subarray(0, 4_100)))?.replace('x-m4a', 'mp4')).toBe(mimetype)
    expect(await convert('audio', { path, mimetype }, target)).toBe('audio/ogg; codecs=opus')
    const voice = readFileSync(target)
    expect(await typeOf(voice.subarray(0, 4_100))).toBe('audio/ogg; codecs=opus')
    expect(await waveformOf(target)).toHaveLength(64)
  })

  test.each([
    ['film.webm', 'video/webm', ['-c:v', 'libvpx']],
    ['film.mkv', 'video/matroska', ['-c:v', 'mpeg4']],
    ['film.avi', 'video/vnd.avi', ['-c:v', 'mpeg4']],
    ['film.gif', 'image/gif', []],
    ['film.mov', 'video/quicktime', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p']],
  ])('%s becomes a film that phones play', async (name, mimetype, how) => {
    const path = made(name, ...PICTURES, ...(how as string[]))
    expect(await typeOf(readFileSync(path).subarray(0, 4_100))).toBe(mimetype)
    expect(await convert('video', { path, mimetype }, target)).toBe('video/mp4')
    expect(await filmAt(target)).toMatchObject({ width: 320, height: 240, seconds: 2 })
    expect(readFileSync(target).includes('avc1')).toBe(true)
  })

  test('a film without sound is no voice note', async () => {
    const file = { path: made('silent.webm', ...PICTURES, '-c:v', 'libvpx'), mimetype: 'video/webm' }
    await expect(convert('audio', file, target)).rejects.toMatchObject({ name: 'NotMade' })
  })

  test.each([
    ['cut', 'audio', 'video/webm', () => sample.rising.subarray(0, 20)],
    ['something else', 'audio', 'audio/wav', () => sample.pdf],
    ['a list of other files', 'audio', 'audio/mpeg', () => Buffer.from('#EXTM3U\nfile:///etc/passwd\n')],
    ['a GIF without a picture', 'video', 'image/gif', () => sample.gif.subarray(0, 20)],
    ['a film that is none', 'video', 'video/vnd.avi', () => sample.mp4],
  ] as const)('what is %s becomes nothing', async (_, kind, mimetype, content) => {
    const file = { path: at('bad', content()), mimetype }
    await expect(convert(kind, file, target)).rejects.toMatchObject({ name: 'NotMade', isLate: false })
  })
})
