import { expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, jidOf, oneLine } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
const STATUS = 'status@broadcast'
let w: CapabilityWorld
let id: string

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

const base64 = (content: Buffer) => content.toString('base64')
const ids = async (number: string) => (await w.phones.inbox(number)).messages.map((entry) => entry.id)

capability('Post a text as a status', 'POST /api/messages {style}', async () => {
  const style = { backgroundColor: '#25D366', font: 2 }
  const sent = await w.sends(id, { to: 'status', text: 'Open until ten', style, statusRecipients: [ANN] })
  expect(sent).toMatchObject({ chatId: STATUS, to: STATUS, type: 'text', style, recipientCount: 1 })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    from: `+${PHONE}`,
    to: STATUS,
    text: 'Open until ten',
    background: 0xff25d366,
    font: 2,
  })
  await until('our own phone shows it', async () => {
    const { messages } = await w.phones.inbox(PHONE, { own: true })
    return messages.some((entry) => entry.id === sent.id && entry.to === STATUS)
  })
  expect(await ids(BOB)).not.toContain(sent.id)
})

capability('Post an image, a video and a voice note as a status', 'POST /api/messages {image}', async () => {
  const to = { to: 'status', statusRecipients: [ANN] }
  const image = await w.sends(id, { ...to, image: { base64: base64(sample.png), caption: 'New' } })
  expect(await w.atPhone(ANN, image.id)).toMatchObject({ type: 'image', text: 'New', to: STATUS })
  expect((await w.phones.media(ANN, image.id)).content).toEqual(sample.png)
  const video = await w.sends(id, { ...to, video: { base64: base64(sample.mp4) } })
  expect(await w.atPhone(ANN, video.id)).toMatchObject({ type: 'video', to: STATUS })
  const style = { backgroundColor: '#000000' }
  const voice = await w.sends(id, { ...to, audio: { base64: base64(sample.ogg), voice: true }, style })
  expect(await w.atPhone(ANN, voice.id)).toMatchObject({ type: 'audio', voice: true, to: STATUS })
})

capability('Post a status for everybody that there is a chat with', 'POST /api/messages {text}', async () => {
  const greeted = await w.phones.send(BOB, { to: PHONE, text: 'Hello' })
  await w.received(id, greeted.id)
  const sent = await w.sends(id, { to: STATUS, text: 'Closed today' })
  expect(await w.atPhone(BOB, sent.id)).toMatchObject({ text: 'Closed today', to: STATUS })
  expect(await ids(ANN)).not.toContain(sent.id)
})

capability('See who has looked at a status', 'GET /api/messages/{messageId}', async () => {
  const sent = await w.sends(id, { to: 'status', text: 'Look', statusRecipients: [ANN, BOB] })
  await w.atPhone(ANN, sent.id)
  await w.phones.read(ANN, [sent.id])
  const { payload } = await w.event(
    id,
    'message.status',
    ({ messageId, status }) => messageId === sent.id && status === 'read',
  )
  expect(payload).toMatchObject({ chatId: STATUS, participant: `+${ANN}` })
  await until('the view is counted', async () => (await w.shown(id, sent.id)).views)
  expect(await w.shown(id, sent.id)).toMatchObject({
    status: 'read',
    views: [{ from: `+${ANN}` }],
    recipientCount: 2,
  })
})

capability('Delete a status', 'DELETE /api/messages/{messageId}', async () => {
  const sent = await w.sends(id, { to: 'status', text: 'Wrong', statusRecipients: [ANN] })
  const { body } = await w.call<{ message: { id: string } }>('DELETE', `/api/messages/${sent.id}`)
  expect(await w.atPhone(ANN, body.message.id)).toMatchObject({
    type: 'delete',
    target: sent.id,
    to: STATUS,
  })
  await until('it is deleted here', async () => (await w.shown(id, sent.id)).deletedAt)
})

capability(
  'Receive what others post, without a chat for it',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    const text = await w.phones.send(ANN, { to: 'status', text: 'On holiday', recipients: [PHONE] })
    expect(await w.received(id, text.id)).toMatchObject({
      chatId: STATUS,
      from: `+${ANN}`,
      to: STATUS,
      fromMe: false,
      sender: { phoneNumber: `+${ANN}`, lid: expect.stringMatching(/@lid$/) },
      type: 'text',
      text: 'On holiday',
    })
    const image = { data: base64(sample.png), mimetype: 'image/png', caption: 'The sea' }
    const picture = await w.phones.send(ANN, { to: 'status', image, recipients: [PHONE] })
    await until('the picture is stored', async () => {
      const { media } = (await w.shown(id, picture.id)) as { media?: Media }
      return media?.state === 'stored'
    })
    const path = `/api/sessions/${id}/chats`
    const { body } = await w.call<{ messages: { id: string }[] }>('GET', `${path}/status/messages`)
    expect(body.messages.slice(0, 2).map((one) => one.id)).toEqual([picture.id, text.id])
    const listed = await w.call<{ chats: { id: string }[] }>('GET', path)
    expect(listed.body.chats.map((chat) => chat.id)).not.toContain(STATUS)
    await w.phones.send(ANN, { to: 'status', deletion: { id: text.id }, recipients: [PHONE] })
    await w.event(id, 'message.deleted', ({ target }) => target.messageId === text.id)
    expect(await w.shown(id, text.id)).toMatchObject({ deletedAt: expect.any(String) })
  },
)

capability(
  'Look at a status, so that its author sees it',
  'POST /api/sessions/{sessionId}/chats/{chatId}/read',
  async () => {
    const posted = await w.phones.send(ANN, { to: 'status', text: 'Seen?', recipients: [PHONE] })
    await w.received(id, posted.id)
    const { body } = await w.call('POST', `/api/sessions/${id}/chats/status/read`, {
      messageIds: [posted.id],
    })
    expect(body).toMatchObject({ read: 1 })
    await until('Ann sees who has looked', async () =>
      (await w.phones.receipts(posted.id)).receipts.some(
        ({ by, status }) => by === `+${PHONE}` && status === 'read',
      ),
    )
  },
)

capability(
  'React to a status, and answer it',
  'POST /api/messages {reaction} · POST /api/messages {replyTo}',
  async () => {
    const posted = await w.phones.send(ANN, { to: 'status', text: 'New job', recipients: [PHONE, BOB] })
    await w.received(id, posted.id)
    const liked = await w.sends(id, { reaction: { messageId: posted.id, emoji: '💚' } })
    expect(await w.atPhone(ANN, liked.id)).toMatchObject({ type: 'reaction', target: posted.id, to: STATUS })
    expect(await ids(BOB)).not.toContain(liked.id)
    const answered = await w.sends(id, { to: ANN, text: 'Congratulations', replyTo: posted.id })
    expect(await w.atPhone(ANN, answered.id)).toMatchObject({ replyTo: posted.id, replyIn: STATUS })

    const own = await w.sends(id, { to: 'status', text: 'Hiring', statusRecipients: [ANN] })
    await w.atPhone(ANN, own.id)
    const reply = await w.phones.send(ANN, { to: PHONE, text: 'Me!', replyTo: own.id })
    expect(await w.received(id, reply.id)).toMatchObject({
      chatId: jidOf(ANN),
      quoted: { messageId: own.id, fromMe: true, chatId: STATUS },
    })
  },
)

capability('Refuse what cannot be a status', 'POST /api/messages {poll}', async () => {
  const poll = { question: 'Tea?', options: ['yes', 'no'] }
  const refused = async (message: Record<string, unknown>, code: string) => {
    const { body } = await w.call('POST', '/api/messages', { sessionId: id, ...message })
    expect(body).toMatchObject({ success: false, code })
  }
  await refused({ to: 'status', poll }, 'VALIDATION_ERROR')
  await refused({ to: ANN, text: 'Hi', statusRecipients: [BOB] }, 'VALIDATION_ERROR')
  await refused(
    { to: 'status', text: 'Hi', statusRecipients: ['120363000000000001@g.us'] },
    'INVALID_RECIPIENT',
  )
  expect(await w.phones.stats()).toMatchObject({ unknownQueries: {} })
})

capability('Know what came through a broadcast list', 'GET /api/messages/{messageId}', async () => {
  const list = '1700000000@broadcast'
  const sent = await w.phones.send(ANN, { to: list, text: 'To all of you', recipients: [PHONE, BOB] })
  expect(await w.received(id, sent.id)).toMatchObject({
    chatId: jidOf(ANN),
    from: `+${ANN}`,
    to: `+${PHONE}`,
    broadcastList: list,
    text: 'To all of you',
  })
  expect(await w.shown(id, sent.id)).toMatchObject({ broadcastList: list })
})
