import { createHash, randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { type Site, site } from '../../support/site.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
type WithMedia = { media: Media & { url?: string }; text?: string; type: string; viewOnce?: boolean }
let w: CapabilityWorld
let id: string
let pages: Site

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  pages = await site()
})
afterAll(async () => {
  pages.close()
  await w.close()
})

const base64 = (content: Buffer) => content.toString('base64')
const atPhone = async (messageId: string) => (await w.phones.media(ANN, messageId)).content
const fetched = async (url: string | undefined) => {
  const answer = await w.app.request(new URL(url ?? '').pathname + new URL(url ?? '').search)
  return { status: answer.status, headers: answer.headers, content: Buffer.from(await answer.arrayBuffer()) }
}
/** A received message, once its file is here. */
const stored = (messageId: string) =>
  until(`the file of ${messageId}`, async () => {
    const shown = (await w.shown(id, messageId)) as unknown as WithMedia
    return shown.media?.state === 'stored' && shown
  })

capability('Send an image by base64, with a caption', 'POST /api/messages {image}', async () => {
  const sent = await w.sends(id, { to: ANN, image: { base64: base64(sample.png), caption: 'Look' } })
  expect(sent).toMatchObject({
    type: 'image',
    text: 'Look',
    media: { mimetype: 'image/png', state: 'stored' },
  })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    type: 'image',
    text: 'Look',
    mimetype: 'image/png',
    width: 8,
    height: 8,
    thumbnail: true,
  })
  expect(await atPhone(sent.id)).toEqual(sample.png)
  const { media } = (await w.shown(id, sent.id)) as unknown as WithMedia
  const linked = await fetched(media.url)
  expect(linked.headers.get('content-type')).toBe('image/png')
  expect(linked.content).toEqual(sample.png)
})

capability('Send a document by URL', 'POST /api/messages {document}', async () => {
  pages.answers((_, response) =>
    response.writeHead(200, { 'content-type': 'application/pdf' }).end(sample.pdf),
  )
  const sent = await w.sends(id, {
    to: ANN,
    document: { url: `${pages.origin}/files/Bill%201.pdf`, caption: 'The bill' },
  })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    type: 'document',
    text: 'The bill',
    fileName: 'Bill 1.pdf',
    mimetype: 'application/pdf',
  })
  expect(await atPhone(sent.id)).toEqual(sample.pdf)
})

capability(
  'Upload a file once and send it often',
  'POST /api/sessions/{sessionId}/media {file} · POST /api/messages {image}',
  async () => {
    const form = new FormData()
    form.append('note', 'a field before the file')
    form.append('file', new Blob([sample.jpeg], { type: 'image/jpeg' }), 'cät.jpg')
    const { status, body } = await w.call<{ media: Media & { url: string } }>(
      'POST',
      `/api/sessions/${id}/media?kind=image`,
      form,
    )
    expect(status).toBe(201)
    expect(body.media).toMatchObject({
      mimetype: 'image/jpeg',
      size: sample.jpeg.length,
      fileName: 'cät.jpg',
    })
    expect((await fetched(body.media.url)).content).toEqual(sample.jpeg)
    for (const to of [ANN, '4915100000003']) {
      const sent = await w.sends(id, { to, image: { id: body.media.id } })
      expect(await w.atPhone(to, sent.id)).toMatchObject({ type: 'image', mimetype: 'image/jpeg' })
    }
  },
)

capability('Send a video, a GIF and a video note', 'POST /api/messages {video}', async () => {
  const video = { base64: base64(sample.mp4) }
  const plain = await w.sends(id, { to: ANN, video: { ...video, caption: 'Watch' } })
  expect(await w.atPhone(ANN, plain.id)).toMatchObject({
    type: 'video',
    text: 'Watch',
    mimetype: 'video/mp4',
  })
  const note = await w.sends(id, { to: ANN, video: { ...video, note: true } })
  expect(await w.atPhone(ANN, note.id)).toMatchObject({ type: 'video', note: true })
  expect(await atPhone(note.id)).toEqual(sample.mp4)
  const film = await w.sends(id, { to: ANN, video: { base64: base64(sample.film()) } })
  expect(await w.atPhone(ANN, film.id)).toMatchObject({ width: 640, height: 360, seconds: 12 })
  const { payload } = await w.event(id, 'message.sent', ({ message }) => message.id === film.id)
  expect(payload.message.media).toMatchObject({ width: 640, height: 360, durationSeconds: 12 })
})

capability('Send an audio and a voice note', 'POST /api/messages {audio}', async () => {
  const plain = await w.sends(id, { to: ANN, audio: { base64: base64(sample.mp3) } })
  expect(await w.atPhone(ANN, plain.id)).toMatchObject({
    type: 'audio',
    voice: false,
    mimetype: 'audio/mpeg',
  })
  const voice = await w.sends(id, { to: ANN, audio: { base64: base64(sample.ogg), voice: true } })
  expect(await w.atPhone(ANN, voice.id)).toMatchObject({
    type: 'audio',
    voice: true,
    mimetype: 'audio/ogg; codecs=opus',
  })
  const rising = await w.sends(id, { to: ANN, audio: { base64: base64(sample.rising), voice: true } })
  const { waveform, seconds } = await w.atPhone(ANN, rising.id)
  expect(waveform).toHaveLength(64)
  expect(waveform).toEqual((waveform as number[]).toSorted((one, other) => one - other))
  expect([(waveform as number[])[0], (waveform as number[])[63], seconds]).toEqual([0, 100, 2])
})

capability('Send a sticker', 'POST /api/messages {sticker}', async () => {
  const sent = await w.sends(id, { to: ANN, sticker: { base64: base64(sample.webp) } })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ type: 'sticker', mimetype: 'image/webp' })
})

capability('Send something that can be seen once', 'POST /api/messages {viewOnce}', async () => {
  const sent = await w.sends(id, { to: ANN, image: { base64: base64(sample.png) }, viewOnce: true })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ type: 'image', viewOnce: true })
})

capability('Receive files of every kind, stored and linked', 'GET /api/messages/{messageId}', async () => {
  const kinds = {
    image: { data: base64(sample.png), mimetype: 'image/png', caption: 'For you', width: 8, height: 8 },
    video: { data: base64(sample.mp4), mimetype: 'video/mp4', seconds: 1 },
    audio: { data: base64(sample.ogg), mimetype: 'audio/ogg; codecs=opus', voice: true, seconds: 2 },
    document: {
      data: base64(sample.pdf),
      mimetype: 'application/pdf',
      fileName: 'Offer.pdf',
      caption: 'See page 2',
    },
    sticker: { data: base64(sample.webp), mimetype: 'image/webp' },
  }
  for (const [kind, file] of Object.entries(kinds)) {
    const sent = await w.phones.send(ANN, { to: PHONE, [kind]: file })
    const shown = await stored(sent.id)
    expect(shown).toMatchObject({ type: kind, media: { mimetype: file.mimetype } })
    const linked = await fetched(shown.media.url)
    expect(linked).toMatchObject({ status: 200, content: Buffer.from(file.data, 'base64') })
  }
  const once = await w.phones.send(ANN, { to: PHONE, image: kinds.image, viewOnce: true })
  expect(await stored(once.id)).toMatchObject({ type: 'image', text: 'For you', viewOnce: true })
  const { payload } = await w.event(id, 'message.media', ({ target }) => target.messageId === once.id)
  expect(payload).toMatchObject({
    target: { fromMe: false },
    media: { state: 'stored', size: sample.png.length },
  })
})

capability('Forward a file', 'POST /api/messages {forward}', async () => {
  const theirs = await w.phones.send(ANN, {
    to: PHONE,
    image: { data: base64(sample.jpeg), mimetype: 'image/jpeg' },
  })
  await stored(theirs.id)
  const sent = await w.sends(id, { to: '4915100000003', forward: { messageId: theirs.id } })
  expect(await w.atPhone('4915100000003', sent.id)).toMatchObject({ type: 'image', forwarded: true })
  expect((await w.phones.media('4915100000003', sent.id)).content).toEqual(sample.jpeg)
})

capability(
  'Get a file from the phone that WhatsApp has dropped',
  'GET /api/messages/{messageId}',
  async () => {
    const [connector] = w.running
    await connector?.stop()
    const image = { data: base64(randomJpeg()), mimetype: 'image/jpeg' }
    const kept = await w.phones.send(ANN, { to: PHONE, image })
    const lost = await w.phones.send(ANN, { to: PHONE, image: { ...image, data: base64(randomJpeg()) } })
    await w.phones.dropMedia(kept.id)
    await w.phones.dropMedia(lost.id, true)
    await w.connector()
    const shown = await stored(kept.id)
    expect((await fetched(shown.media.url)).content).toEqual(Buffer.from(image.data, 'base64'))
    await until(
      'it is gone',
      async () => ((await w.shown(id, lost.id)) as unknown as WithMedia).media.state === 'gone',
    )
  },
)

const randomJpeg = () => Buffer.concat([sample.jpeg, randomBytes(50)])

/** Bytes that are held, and not only waiting to be collected. */
function memoryWatch() {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const held = () => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, held() - before)
  }, 700)
  return () => {
    clearInterval(timer)
    return peak
  }
}

capability(
  'Send and receive a document of 100 MB with flat memory',
  'POST /api/sessions/{sessionId}/media · POST /api/messages {document}',
  async () => {
    const [size, block] = [100 * 1024 * 1024, randomBytes(1024 * 1024)]
    const hash = createHash('sha256')
    let given = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given >= size) return controller.close()
        hash.update(block)
        given += block.length
        controller.enqueue(block)
      },
    })
    const other = await w.line('4915100000016')
    const peak = memoryWatch()
    const { media } = await w.upload(id, body, 'application/octet-stream', 'huge.bin')
    expect(media).toMatchObject({ size, sha256: hash.digest('hex') })
    const { body: accepted } = await w.call<{ message: { id: string } }>('POST', '/api/messages', {
      sessionId: id,
      to: '4915100000016',
      document: { id: media.id },
    })
    const inbox = async () => (await w.phones.inbox('4915100000016')).messages
    const arrived = await until(
      'the document',
      async () => (await inbox()).find((entry) => entry.id === accepted.message.id),
      { withinMs: 150_000 },
    )
    const received = await until(
      'its file, at the other session',
      async () => {
        const shown = (await w.shown(other.id, accepted.message.id)) as unknown as Partial<WithMedia>
        return shown.media?.state === 'stored' && shown.media
      },
      { withinMs: 75_000 },
    )
    expect(received).toMatchObject({ size, sha256: media.sha256 })
    expect(peak()).toBeLessThan(64 * 1024 * 1024)
    expect(arrived).toMatchObject({ type: 'document', fileName: 'huge.bin' })
  },
)

capability(
  'Send an image of 16 MB',
  'POST /api/sessions/{sessionId}/media · POST /api/messages {image}',
  async () => {
    const content = Buffer.concat([sample.png, Buffer.alloc(16 * 1024 * 1024 - sample.png.length)])
    const { media } = await w.upload(id, new Uint8Array(content), 'image/png', 'large.png')
    const sent = await w.sends(id, { to: ANN, image: { id: media.id } })
    expect((await atPhone(sent.id)).equals(content)).toBe(true)
  },
)

capability(
  'Links are signed, and show nothing to those who guess',
  'POST /api/sessions/{sessionId}/media',
  async () => {
    const { media } = await w.upload(id, sample.pdf, 'application/pdf', 'a.pdf')
    const url = new URL(media.url ?? '')
    expect((await fetched(url.toString())).headers.get('content-disposition')).toContain('attachment')
    url.searchParams.set('signature', 'AAAA')
    expect((await fetched(url.toString())).status).toBe(403)
    const other = new URL(media.url ?? '')
    other.searchParams.set('expires', '9999999999')
    expect((await fetched(other.toString())).status).toBe(403)
    expect((await w.phones.stats()).unknownQueries).toEqual({})
  },
)
