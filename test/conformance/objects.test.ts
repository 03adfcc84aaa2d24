import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { startFauxqs } from 'fauxqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elsewhere } from '#core/media/elsewhere.ts'
import { newMediaId, objectKey, sessionFolders } from '#core/media/file.ts'
import { type Objects, openObjects } from '#core/platform/objects/index.ts'
import { temporaryFolder } from '../support/folder.ts'

const folder = temporaryFolder()
const BUCKET = 'media'
let server: Awaited<ReturnType<typeof startFauxqs>>
let stores: Record<string, Objects>
let files = 0
const CONTENT = ['cd'.repeat(32), 'ab'.repeat(32)]

beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, init: { buckets: [BUCKET] } })
  const S3_ENDPOINT = `http://127.0.0.1:${server.port}`
  const AWS_REGION = 'us-east-1'
  const kept = pathToFileURL(join(folder.path, 'store')).toString()
  stores = {
    files: openObjects({ MEDIA_STORE: kept, AWS_REGION }, undefined, CONTENT)!,
    bare: openObjects({ MEDIA_STORE: kept, AWS_REGION })!,
    s3: openObjects({ MEDIA_STORE: `s3://${BUCKET}`, S3_ENDPOINT, AWS_REGION }, undefined, CONTENT)!,
  }
})
afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function file(content: Buffer) {
  const path = join(folder.path, `file-${files++}`)
  writeFileSync(path, content)
  return { path, size: content.length }
}
const read = async (store: Objects, key: string): Promise<Buffer | undefined> => {
  const found = await store.get(key)
  return found && buffer(found.content)
}

test('nothing is opened where nothing is configured', () => {
  expect(openObjects({ AWS_REGION: 'us-east-1' })).toBeUndefined()
})

describe.each(['files', 's3'])('%s', (name) => {
  const store = () => stores[name]!

  test('gives back what was stored, byte by byte', async () => {
    for (const size of [0, 1, 70_000, 5_000_000]) {
      const content = randomBytes(size)
      await store().put(`a/one-${size}`, file(content), 'image/png')
      const found = await store().get(`a/one-${size}`)
      expect(found?.size).toBe(size)
      const stored = await buffer(found!.content)
      expect(createHash('sha256').update(stored).digest()).toEqual(
        createHash('sha256').update(content).digest(),
      )
    }
  })

  test('a second one replaces the first', async () => {
    await store().put('a/two', file(Buffer.from('first')), 'text/plain')
    await store().put('a/two', file(Buffer.from('second')), 'text/plain')
    expect((await read(store(), 'a/two'))?.toString()).toBe('second')
  })

  test('what is not there is undefined, and removing it no error', async () => {
    expect(await store().get('a/none')).toBeUndefined()
    await store().remove('a/none')
    await store().removeAll('nothing/')
  })

  test('a folder goes with everything in it, and nothing else', async () => {
    for (const key of ['f/one', 'f/sub/two', 'g/one'])
      await store().put(key, file(Buffer.from(key)), 'text/plain')
    await store().removeAll('f/')
    expect(await store().get('f/one')).toBeUndefined()
    expect(await store().get('f/sub/two')).toBeUndefined()
    expect(await read(store(), 'g/one')).toBeDefined()
    await store().remove('g/one')
    expect(await store().get('g/one')).toBeUndefined()
  })

  test('a link, where there is one, leads to the content', async () => {
    await store().put('a/linked', file(Buffer.from('content')), 'text/plain')
    const link = await store().link('a/linked', { seconds: 60, mimetype: 'text/plain', fileName: 'ä b.txt' })
    if (name === 'files') return expect(link).toBeUndefined()
    const answer = await fetch(link!)
    expect(await answer.text()).toBe('content')
  })
})

test('s3: what is left at its address is there, and has the size that was named', async () => {
  const store = stores.s3!
  expect(await stores.files!.uploadLink('a/left', { seconds: 60, size: 7 })).toBeUndefined()
  const link = (await store.uploadLink('a/left', { seconds: 60, size: 7 })) ?? ''
  expect(new URL(link).searchParams.get('X-Amz-SignedHeaders')).toContain('content-length')
  const answer = await fetch(link, { method: 'PUT', body: 'content' })
  expect(answer.status).toBe(200)
  expect((await read(store, 'a/left'))?.toString()).toBe('content')
})

test('s3: a sealed file that is too large for an answer is laid open at an address, until its session goes', async () => {
  const store = stores.s3!
  const session = '0123456789abcdef0123456789abcdef'
  const about = { sessionId: session, accountId: 'acme', mimetype: 'video/mp4', sha256: '', createdAt: '' }
  const laidOpen = async (size: number) => {
    const id = newMediaId(session)
    const owner = { accountId: 'acme', encrypted: true as const }
    await store.put(objectKey(id), file(Buffer.alloc(size, 'what was filmed ')), 'video/mp4', owner)
    const stored = { ...about, id, size, sealed: true as const }
    return elsewhere(store, stored, { seconds: 60, mimetype: 'video/mp4', fileName: undefined })
  }
  expect(await laidOpen(1_000)).toBeUndefined()
  const address = await laidOpen(5_000_000)
  expect(await (await fetch(address!)).text()).toContain('what was filmed')
  for (const folder of sessionFolders(session)) await store.removeAll(folder)
  expect((await fetch(address!)).status).toBe(404)
})

test.each(['../secret', 'a/../../secret', '/etc/passwd', 'a//b', '', 'a\0b'])(
  'files: %j leads nowhere',
  async (key) => {
    await expect(stores.files!.get(key)).rejects.toThrow('no key')
  },
)

describe('files of sessions that keep all sealed', () => {
  const owner = { accountId: 'acme', encrypted: true as const }
  const PIECE = 65_536

  test('are sealed in every store, and come out as they were', async () => {
    for (const name of ['files', 's3'])
      for (const size of [0, 1, PIECE - 1, PIECE, PIECE + 1, 1_000_000]) {
        const content = Buffer.alloc(size, 'what was photographed ')
        await stores[name]!.put(`s/one-${size}`, file(content), 'image/png', owner)
        const found = await stores[name]!.get(`s/one-${size}`)
        expect(found?.size).toBe(size)
        expect((await buffer(found!.content)).equals(content)).toBe(true)
      }
    for (const size of [1_000_000, PIECE])
      expect((await read(stores.bare!, `s/one-${size}`))?.includes('photographed')).toBe(false)
  })

  test('open under a former key, and under no other', async () => {
    const MEDIA_STORE = pathToFileURL(join(folder.path, 'store')).toString()
    const under = (...keys: string[]) =>
      openObjects({ MEDIA_STORE, AWS_REGION: 'us-east-1' }, undefined, keys)!
    await under(CONTENT[1]!).put('s/former', file(Buffer.from('said before')), 'text/plain', owner)
    expect((await read(stores.files!, 's/former'))?.toString()).toBe('said before')
    await expect(read(under('ef'.repeat(32)), 's/former')).rejects.toThrow('does not open')
    await expect(under().put('s/none', file(Buffer.from('x')), 'text/plain', owner)).rejects.toThrow(
      'CONTENT_KEY',
    )
  })

  test('do not open when they were changed, cut off, or moved to another place', async () => {
    const content = Buffer.alloc(3 * PIECE, 'a picture ')
    await stores.files!.put('s/whole', file(content), 'image/png', owner)
    const lies = (await read(stores.bare!, 's/whole'))!
    const changed = Buffer.from(lies)
    changed[lies.length - PIECE] = (changed[lies.length - PIECE] ?? 0) ^ 1
    const head = lies.length - 3 * (PIECE + 16)
    const swapped = Buffer.concat([
      lies.subarray(0, head),
      lies.subarray(head + PIECE + 16, head + 2 * (PIECE + 16)),
      lies.subarray(head, head + PIECE + 16),
      lies.subarray(head + 2 * (PIECE + 16)),
    ])
    const cases: [string, Buffer][] = [
      ['s/whole', changed],
      ['s/whole', swapped],
      ['s/whole', lies.subarray(0, head + PIECE + 16)],
      ['s/whole', lies.subarray(0, lies.length - 1)],
      ['s/elsewhere', lies],
    ]
    for (const [key, wrong] of cases) {
      await stores.bare!.put(key, file(wrong), 'image/png')
      await expect(read(stores.files!, key)).rejects.toThrow('does not open')
    }
  })

  test('what only looks like one is read as it lies there', async () => {
    for (const content of ['', '\0', '\0linekeeper', '\0linekeeper sealed 1\0']) {
      await stores.files!.put('s/plain', file(Buffer.from(content)), 'text/plain')
      expect((await read(stores.files!, 's/plain'))?.toString()).toBe(content)
    }
  })
})
