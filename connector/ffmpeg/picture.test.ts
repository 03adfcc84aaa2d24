import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import * as sample from '../../test/support/files.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { firstPictureOf } from './picture.ts'

const hasProgram = spawnSync('ffmpeg', ['-version']).status === 0
const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const at = (name: string, content: Buffer | string): string => {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

test('without the program there is none', async () => {
  const none = firstPictureOf(at('film.mp4', sample.film()), 'no-such-program')
  await expect(none).rejects.toMatchObject({ name: 'NoProgram' })
})

describe.runIf(hasProgram)('with ffmpeg', () => {
  const film = join(folder.path, 'red.mp4')
  const made = (size = '320x180', ...how: string[]) => {
    const source = ['-f', 'lavfi', '-i', `color=red:size=${size}:duration=1:rate=5`]
    const { status } = spawnSync('ffmpeg', [
      '-v',
      'error',
      '-y',
      ...source,
      '-pix_fmt',
      'yuv420p',
      ...how,
      film,
    ])
    expect(status).toBe(0)
    return film
  }

  test('it is small, and shows what the film begins with', async () => {
    const picture = await firstPictureOf(made())
    expect(picture.subarray(0, 3).toString('hex')).toBe('ffd8ff')
    const decode = ['-f', 'mjpeg', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']
    const { stdout: pixels } = spawnSync('ffmpeg', ['-v', 'error', ...decode], { input: picture })
    expect(pixels.length).toBe(72 * 40 * 3)
    const [red = 0, green = 255] = pixels
    expect(red).toBeGreaterThan(200)
    expect(green).toBeLessThan(50)
  })

  test.each([
    ['is cut', () => sample.film()],
    ['ends before it says what it is', () => readFileSync(made()).subarray(0, 700)],
    [
      'says what it is and ends',
      () => readFileSync(made('320x180', '-movflags', '+faststart')).subarray(0, 1_000),
    ],
    [
      'is larger than any screen',
      () => readFileSync(made('4000x3000', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p')),
    ],
    ['is none', () => sample.pdf],
    ['is empty', () => ''],
    ['lists other files', () => `#EXTM3U\n#EXTINF:1,\nfile://${made()}\n`],
    ['names a place to load from', () => '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/film.mp4\n'],
  ])('one that %s gives none', async (_, content) => {
    await expect(firstPictureOf(at('bad.mp4', content()))).rejects.toThrow()
  })
})
