import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import * as sample from '../../../test/support/files.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { filmAt } from './mp4.ts'
import { waveformOf } from './waveform.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
let files = 0
function at(content: Buffer): string {
  const path = join(folder.path, `file-${files++}`)
  writeFileSync(path, content)
  return path
}
const head = (name: string, size: number): Buffer => {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32BE(size)
  bytes.write(name, 4, 'latin1')
  return bytes
}

describe('a film', () => {
  test('says how long it is, and how large', async () => {
    expect(await filmAt(at(sample.film()))).toEqual({ seconds: 12.4, width: 640, height: 360 })
  })

  test('that was held upright is as high as it is shown', async () => {
    expect(await filmAt(at(sample.film({ isTurned: true })))).toMatchObject({ width: 360, height: 640 })
  })

  test.each([
    ['without a description', sample.mp4],
    ['that is empty', Buffer.alloc(0)],
    ['that is none', Buffer.from('%PDF-1.4 and so on, and so on')],
    ['that ends in its description', sample.film().subarray(0, -40)],
    ['whose boxes have no size', Buffer.concat([head('free', 4), sample.film()])],
    ['whose description is larger than the file', head('moov', 0xffffffff)],
    ['of boxes without end', Buffer.concat(Array.from({ length: 2_000 }, () => head('free', 16)))],
    ['of no length', sample.film({ seconds: 0, width: 0 })],
  ])('%s says nothing, and breaks nothing', async (_, content) => {
    const film = await filmAt(at(content))
    expect(film.width).toBeUndefined()
  })
})

describe('a voice', () => {
  test('that rises has bars that rise', async () => {
    const bars = [...((await waveformOf(at(sample.rising))) ?? [])]
    expect(bars).toHaveLength(64)
    expect(bars).toEqual(bars.toSorted((one, other) => one - other))
    expect([bars[0], bars[63]]).toEqual([0, 100])
  })

  test.each([
    ['of one frame', sample.ogg],
    ['that is none', sample.mp3],
    ['that is cut', sample.rising.subarray(0, 300)],
    ['that is empty', Buffer.alloc(0)],
  ])('%s has none', async (_, content) => {
    expect(await waveformOf(at(content))).toBeUndefined()
  })
})
