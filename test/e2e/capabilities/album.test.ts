import { expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, oneLine } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

const base64 = (content: Buffer) => content.toString('base64')
/** A received message, once its file is here. */
const stored = (messageId: string) =>
  until(`the file of ${messageId}`, async () => {
    const shown = await w.shown(id, messageId)
    return (shown.media as Media | undefined)?.state === 'stored' && shown
  })

capability('Send images and videos as an album', 'POST /api/messages {album}', async () => {
  const album = [
    { image: { base64: base64(sample.png), caption: 'One' } },
    { image: { base64: base64(sample.jpeg) } },
    { video: { base64: base64(sample.mp4), caption: 'Three' } },
  ]
  const send = (entries: unknown[]) =>
    w.call<{ message: { id: string }; items: { id: string; type: string; albumId: string }[] }>(
      'POST',
      '/api/messages?wait=server&timeout=25000',
      { sessionId: id, to: ANN, album: entries },
    )
  const { status, body } = await send(album)
  expect(status).toBe(202)
  expect(body.message).toMatchObject({ type: 'album', album: { images: 2, videos: 1 } })
  expect(body.items.map(({ type }) => type)).toEqual(['image', 'image', 'video'])
  expect(await w.atPhone(ANN, body.message.id)).toMatchObject({ type: 'album', images: 2, videos: 1 })
  for (const { id: item, type, albumId } of body.items) {
    expect(albumId).toBe(body.message.id)
    expect(await w.atPhone(ANN, item)).toMatchObject({ type, album: body.message.id })
  }
  const order = (await w.phones.inbox(ANN)).messages.map((entry) => entry.id)
  const sent = [body.message, ...body.items].map((one) => one.id)
  expect(order.filter((one) => sent.includes(one))).toEqual(sent)

  const before = (await w.phones.inbox(ANN)).messages.length
  const refused = await send([...album, { image: 'http://10.0.0.1/x.png' }])
  expect(refused).toMatchObject({ status: 422, body: { code: 'MEDIA_UNREACHABLE' } })
  expect((await send([album[0]])).body).toMatchObject({ code: 'VALIDATION_ERROR' })
  expect((await w.phones.inbox(ANN)).messages).toHaveLength(before)
})

capability('Receive an album', 'GET /api/messages/{messageId}', async () => {
  const album = await w.phones.send(ANN, { to: PHONE, album: { images: 2 } })
  expect(await w.received(id, album.id)).toMatchObject({ type: 'album', album: { images: 2, videos: 0 } })
  for (const content of [sample.png, sample.jpeg]) {
    const image = { data: base64(content), mimetype: 'image/png' }
    const sent = await w.phones.send(ANN, { to: PHONE, image, inAlbum: album.id })
    expect(await stored(sent.id)).toMatchObject({ type: 'image', albumId: album.id })
  }
})
