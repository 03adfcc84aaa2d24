import { expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, type Json, oneLine } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string
oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

const base64 = (content: Buffer) => content.toString('base64')
const atPhone = async (messageId: string) => (await w.phones.media(ANN, messageId)).content

capability(
  'Send a sound of another kind as a voice note: it is converted',
  'POST /api/messages {audio}',
  async () => {
    const audio = { base64: base64(sample.wav()), voice: true }
    const sent = await w.sends(id, { to: ANN, audio })
    expect(sent).toMatchObject({ media: { mimetype: 'audio/wav', voice: true, convert: true } })
    const { waveform, ...voice } = await w.atPhone(ANN, sent.id)
    expect(voice).toMatchObject({ voice: true, mimetype: 'audio/ogg; codecs=opus', seconds: 2 })
    expect(waveform).toHaveLength(64)
    expect((await atPhone(sent.id)).subarray(0, 4).toString()).toBe('OggS')
    const { payload } = await w.event(id, 'message.sent', ({ message }) => message.id === sent.id)
    expect(payload.message.media).toMatchObject({ mimetype: 'audio/wav', durationSeconds: 2 })
  },
  'ffmpeg',
)

capability(
  'Have a video converted, and see its thumbnail',
  'POST /api/messages {video} · POST /api/sessions/{sessionId}/media {base64}',
  async () => {
    const { body } = await w.call<{ media: Media }>('POST', `/api/sessions/${id}/media?kind=video`, {
      base64: base64(sample.gif),
    })
    const sent = await w.sends(id, { to: ANN, video: { id: body.media.id, gif: true, convert: true } })
    const film = await w.atPhone(ANN, sent.id)
    expect(film).toMatchObject({
      type: 'video',
      mimetype: 'video/mp4',
      width: 16,
      height: 16,
      thumbnail: true,
    })
    expect((await atPhone(sent.id)).subarray(4, 8).toString()).toBe('ftyp')
    const cut = { base64: base64(sample.gif.subarray(0, 20)), convert: true }
    const answer = await w.call<{ message: Json }>('POST', '/api/messages?wait=sent', {
      sessionId: id,
      to: ANN,
      video: cut,
    })
    expect(answer.body.message).toMatchObject({ status: 'failed', reason: 'media_not_convertible' })
  },
  'ffmpeg',
)

capability('Refuse by name what is not converted', 'POST /api/messages {audio}', async () => {
  const refused = {
    'a WAV that is no voice note': { audio: { base64: base64(sample.wav()) } },
    'a document as a voice note': { audio: { base64: base64(sample.pdf), voice: true } },
    'a GIF that is not to be converted': { video: { base64: base64(sample.gif) } },
  }
  for (const [name, what] of Object.entries(refused))
    expect(await w.call('POST', '/api/messages', { sessionId: id, to: ANN, ...what }), name).toMatchObject({
      status: 415,
      body: { success: false, code: 'MEDIA_TYPE_NOT_SUPPORTED' },
    })
})
