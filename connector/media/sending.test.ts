import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Content, Media } from '#core/contract/content.ts'
import type { Objects } from '#core/platform/objects/index.ts'
import type { Convert } from '../ffmpeg/conversion.ts'
import { converting } from '../ffmpeg/conversion.ts'
import { NotMade } from '../ffmpeg/program.ts'
import type { Connection } from '../socket/index.ts'
import type { Upload } from '../socket/media/index.ts'
import { openUploads } from './sending.ts'

const TO = '4915100000002@s.whatsapp.net'
const objects = {
  get: async () => ({ size: 5, content: Readable.from([Buffer.from('sound')]) }),
} as unknown as Objects

function line() {
  const left: (Upload & { content: string })[] = []
  const upload = async (file: Upload) => {
    left.push({ ...file, content: readFileSync(file.path, 'utf8') })
    return { message: new Uint8Array() }
  }
  return { left, connection: { media: { upload } } as unknown as Connection }
}
const voice = (id: string, more: Partial<Media> = {}): Content => ({
  type: 'audio',
  media: { id, mimetype: 'audio/wav', voice: true, ...more },
})
const capitals: Convert = async (_kind, { path }, target) => {
  writeFileSync(target, readFileSync(path, 'utf8').toUpperCase())
  return 'audio/ogg; codecs=opus'
}

test('what is to be converted leaves as what was made of it, once, and nothing stays on the disk', async () => {
  const { left, connection } = line()
  const uploads = openUploads(objects, capitals)
  await uploads(voice('a', { convert: true }), TO, connection)
  await uploads(voice('a', { convert: true }), '4915100000003@s.whatsapp.net', connection)
  await uploads(voice('a', { mimetype: 'audio/ogg; codecs=opus' }), TO, connection)
  expect(left).toMatchObject([
    { kind: 'audio', voice: true, mimetype: 'audio/ogg; codecs=opus', content: 'SOUND' },
    { kind: 'audio', voice: true, mimetype: 'audio/ogg; codecs=opus', content: 'sound' },
  ])
  expect(left.filter(({ path }) => existsSync(path))).toEqual([])
})

test('a conversion that takes long keeps nobody from uploading what needs none', async () => {
  const { left, connection } = line()
  const gate = Promise.withResolvers<string>()
  const uploads = openUploads(objects, () => gate.promise)
  const slow = Array.from({ length: 9 }, (_, n) => uploads(voice(`${n}`, { convert: true }), TO, connection))
  await uploads({ type: 'image', media: { id: 'picture', mimetype: 'image/png' } }, TO, connection)
  expect(left).toMatchObject([{ kind: 'image' }])
  gate.reject(new Error('that is all'))
  await Promise.allSettled(slow)
})

test.each([
  ['converter_missing', converting('no-such-program')],
  ['media_not_convertible', () => Promise.reject(new NotMade({ name: 'Error', message: 'it ended with 1' }))],
  [
    'conversion_too_long',
    () => Promise.reject(new NotMade({ name: 'Error', message: 'it was killed', killed: true })),
  ],
])('%s is a reason that no attempt changes', async (reason, convert) => {
  const { left, connection } = line()
  const uploads = openUploads(objects, convert)
  await expect(uploads(voice('a', { convert: true }), TO, connection)).rejects.toMatchObject({
    name: 'Unsendable',
    reason,
  })
  expect(left).toEqual([])
})
