import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import * as sample from '../../../test/support/files.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { firstPictureOf } from './first-picture.ts'

const hasProgram = spawnSync('ffmpeg', ['-version']).status === 0
const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const at = (name: string, content: Buffer | string): string => {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

test('without the program there is none', async () => {
  await expect(firstPictureOf(at('film.mp4', sample.film()), 'no-such-program')).rejects.toThrow('ENOENT')
})

describe.runIf(hasProgram)('with ffmpeg', () => {
  const film = join(folder.path, 'red.mp4')
  const source = ['-f', 'lavfi', '-i', 'color=red:size=320x180:duration=1']
  const made = () => spawnSync('ffmpeg', ['-v', 'error', '-y', ...source, '-pix_fmt', 'yuv420p', film])

  test('it is small, and shows what the film begins with', async () => {
    expect(made().status).toBe(0)
    const picture = await firstPictureOf(film)
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
    ['is empty', () => ''],
    ['lists other files', () => `#EXTM3U\n#EXTINF:1,\nfile://${film}\n`],
    ['names a place to load from', () => '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/film.mp4\n'],
  ])('one that %s gives none', async (_, content) => {
    made()
    await expect(firstPictureOf(at('bad.mp4', content()))).rejects.toThrow()
  })
})
