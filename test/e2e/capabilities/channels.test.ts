import { afterAll, beforeAll, expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, capabilityWorld, type Shown } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
type Json = Record<string, unknown>
type Channel = { id: string; name: string; role: string; followers: number; muted: boolean; link: string }
let w: CapabilityWorld
let id: string
let path: string
/** Ann's, which the session follows. */
let news: Awaited<ReturnType<CapabilityWorld['phones']['createChannel']>>
/** The session's own. */
let own: string

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  path = `/api/sessions/${id}/channels`
  news = await w.phones.createChannel({ creator: ANN, name: 'News', description: 'All of it' })
})
afterAll(() => w.close())

const base64 = (content: Buffer) => content.toString('base64')
const posts = async (text: string) => (await w.phones.send(ANN, { to: news.id, text })).id
const followed = async () => (await w.call<{ channels: Channel[] }>('GET', path)).body.channels

capability(
  'Look a channel up by its link or its id',
  'GET /api/sessions/{sessionId}/channels/{channelId}',
  async () => {
    const { body } = await w.call<{ channel: Channel }>('GET', `${path}/${news.inviteCode}`)
    expect(body.channel).toMatchObject({
      id: news.id,
      name: 'News',
      description: 'All of it',
      role: 'guest',
      followers: 1,
      link: `https://whatsapp.com/channel/${news.inviteCode}`,
    })
    const link = encodeURIComponent(body.channel.link)
    expect((await w.call('GET', `${path}/${link}`)).body).toEqual(body)
    expect((await w.call('GET', `${path}/${news.id}`)).body).toEqual(body)
    const missing = await w.call('GET', `${path}/120363999999999999@newsletter`)
    expect(missing).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect((await w.call('GET', `${path}/+${ANN}@s.whatsapp.net`)).body).toMatchObject({
      code: 'INVALID_RECIPIENT',
    })
  },
)

capability(
  'Follow and unfollow a channel, and list those that are followed',
  'PUT /api/sessions/{sessionId}/channels/{channelId}/follow · DELETE /api/sessions/{sessionId}/channels/{channelId}/follow · GET /api/sessions/{sessionId}/channels',
  async () => {
    expect(await followed()).toEqual([])
    expect(await w.call('PUT', `${path}/${news.id}/follow`)).toMatchObject({ status: 200 })
    expect(await followed()).toMatchObject([{ id: news.id, name: 'News', role: 'follower', followers: 2 }])
    await w.call('DELETE', `${path}/${news.id}/follow`)
    expect(await followed()).toEqual([])
    await w.call('PUT', `${path}/${news.id}/follow`)
    expect((await w.phones.channel(news.id)).followers).toEqual([`+${ANN}`, `+${PHONE}`])
  },
)

capability(
  'Receive what is posted, without a chat for it',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    const first = await posts('Sun')
    expect(await w.received(id, first)).toMatchObject({
      chatId: news.id,
      from: news.id,
      to: news.id,
      fromMe: false,
      sender: {},
      type: 'text',
      text: 'Sun',
      serverId: '1',
    })
    const image = { data: base64(sample.png), mimetype: 'image/png', caption: 'Look' }
    const picture = await w.phones.send(ANN, { to: news.id, image })
    await until('the picture is stored', async () => {
      const { media } = (await w.shown(id, picture.id)) as { media?: Media }
      return media?.state === 'stored' && media.size === sample.png.length
    })
    const chats = `/api/sessions/${id}/chats`
    const { body } = await w.call<{ messages: { id: string }[] }>('GET', `${chats}/${news.id}/messages`)
    expect(body.messages.map((one) => one.id)).toEqual([picture.id, first])
    expect((await w.call<{ chats: unknown[] }>('GET', chats)).body.chats).toEqual([])
  },
)

capability('Hear of every post once, however it comes', 'GET /api/sessions/{sessionId}/events', async () => {
  await w.phones.fault({ kind: 'duplicate' })
  const twice = await posts('The same')
  const again = await posts('The same')
  await w.received(id, again)
  await w.phones.fault({ kind: 'duplicate', off: true })
  for (const connector of w.running) await connector.stop()
  w.running.clear()
  const missed = await posts('While you were away')
  await w.connector('c2')
  await w.received(id, missed)
  const { body } = await w.call<{ events: { type: string; payload: { message?: { id: string } } }[] }>(
    'GET',
    `/api/sessions/${id}/events?limit=100`,
  )
  const told = body.events.flatMap(({ type, payload }) =>
    type === 'message.received' ? payload.message?.id : [],
  )
  for (const post of [twice, again, missed]) expect(told.filter((one) => one === post)).toEqual([post])
  await until('the server has an answer to all of them', async () =>
    Object.values((await w.phones.stats()).undelivered).every((count) => count === 0),
  )
})

capability(
  'List what was posted before',
  'GET /api/sessions/{sessionId}/channels/{channelId}/posts',
  async () => {
    const read = async (query: string) =>
      (
        await w.call<{ posts: { serverId: string; text: string }[] }>(
          'GET',
          `${path}/${news.id}/posts${query}`,
        )
      ).body.posts
    const all = await read('')
    expect(all.map(({ serverId }) => serverId)).toEqual(['1', '2', '3', '4', '5'])
    expect(all[0]).toMatchObject({ type: 'text', text: 'Sun', reactions: [], timestamp: expect.any(String) })
    expect(all[1]).toMatchObject({ type: 'image', text: 'Look', media: { mimetype: 'image/png' } })
    expect((await read('?limit=2&before=4')).map(({ serverId }) => serverId)).toEqual(['2', '3'])
  },
)

capability(
  'React to a post, and hear what others give',
  'PUT /api/sessions/{sessionId}/channels/{channelId}/posts/{serverId}/reaction · DELETE /api/sessions/{sessionId}/channels/{channelId}/posts/{serverId}/reaction · POST /api/sessions/{sessionId}/channels/{channelId}/watch',
  async () => {
    const post = `${path}/${news.id}/posts/1`
    const reactions = async () => (await w.phones.channel(news.id)).messages[0]?.reactions
    expect((await w.call('POST', `${path}/${news.id}/watch`)).body).toMatchObject({ seconds: 300 })
    expect(await w.call('PUT', `${post}/reaction`, { emoji: '💚' })).toMatchObject({ status: 200 })
    expect(await reactions()).toEqual({ '💚': 1 })
    const { payload } = await w.event(id, 'channel.updated')
    expect(payload).toEqual({
      channelId: news.id,
      posts: [{ serverId: '1', id: expect.any(String), views: 0, reactions: [{ emoji: '💚', count: 1 }] }],
    })
    await w.call('DELETE', `${post}/reaction`)
    expect(await reactions()).toEqual({})
    expect(await w.call('PUT', `${path}/${news.id}/posts/99/reaction`, { emoji: '💚' })).toMatchObject({
      status: 404,
    })
  },
)

capability(
  'Mute a channel',
  'PUT /api/sessions/{sessionId}/channels/{channelId}/mute · DELETE /api/sessions/{sessionId}/channels/{channelId}/mute',
  async () => {
    await w.call('PUT', `${path}/${news.id}/mute`)
    expect(await followed()).toMatchObject([{ muted: true }])
    await w.call('DELETE', `${path}/${news.id}/mute`)
    expect(await followed()).toMatchObject([{ muted: false }])
  },
)

capability(
  'Hear what the phone follows, leaves and mutes',
  'GET /api/sessions/{sessionId}/channels · GET /api/sessions/{sessionId}/events',
  async () => {
    const other = await w.phones.createChannel({ creator: BOB, name: 'Weather', description: 'Sun' })
    await w.phones.follow(PHONE, other.id)
    const { payload } = await w.event(id, 'channel.followed', ({ channel }) => channel.id === other.id)
    expect(payload.channel).toMatchObject({
      name: 'Weather',
      description: 'Sun',
      role: 'follower',
      followers: 2,
    })
    expect((await followed()).map((channel) => channel.id)).toContain(other.id)
    await w.phones.muteChannel(PHONE, other.id)
    await w.event(id, 'channel.muted', ({ channelId, muted }) => channelId === other.id && muted)
    await w.phones.muteChannel(PHONE, other.id, true)
    await w.event(id, 'channel.muted', ({ channelId, muted }) => channelId === other.id && !muted)
    await w.phones.follow(PHONE, other.id, true)
    await w.event(id, 'channel.unfollowed', ({ channelId }) => channelId === other.id)
    expect((await followed()).map((channel) => channel.id)).not.toContain(other.id)
    const { body } = await w.call<{ events: { type: string }[] }>(
      'GET',
      `/api/sessions/${id}/events?limit=100`,
    )
    const told = body.events
      .map(({ type }) => type)
      .filter((type) => /^channel\.(followed|unfollowed|muted)$/.test(type))
    expect(told).toEqual(['channel.followed', 'channel.muted', 'channel.muted', 'channel.unfollowed'])
  },
)

capability('Create a channel', 'POST /api/sessions/{sessionId}/channels {name}', async () => {
  const { status, body } = await w.call<{ channel: Channel }>('POST', path, {
    name: 'Shop',
    description: 'Bread',
  })
  expect(status).toBe(200)
  expect(body.channel).toMatchObject({ name: 'Shop', description: 'Bread', role: 'owner' })
  own = body.channel.id
  expect((await followed()).map((channel) => channel.id)).toContain(own)
})

capability('Post texts and files in a channel', 'POST /api/messages {image}', async () => {
  await w.phones.follow(BOB, own)
  const sent = await w.sends(id, { to: own, text: 'Fresh rolls 🥐' })
  expect(sent).toMatchObject({ chatId: own, to: own, status: 'server', serverId: '1' })
  expect(await w.atPhone(BOB, sent.id)).toMatchObject({ from: own, text: 'Fresh rolls 🥐' })
  const image = await w.sends(id, { to: own, image: { base64: base64(sample.png), caption: 'Rolls' } })
  expect(await w.atPhone(BOB, image.id)).toMatchObject({
    type: 'image',
    text: 'Rolls',
    mimetype: 'image/png',
  })
  expect((await w.phones.media(BOB, image.id)).content).toEqual(sample.png)
  const voice = await w.sends(id, { to: own, audio: { base64: base64(sample.ogg), voice: true } })
  expect(await w.atPhone(BOB, voice.id)).toMatchObject({ type: 'audio', voice: true })
  expect((await w.phones.media(BOB, voice.id)).content).toEqual(sample.ogg)
  const events = (await w.events(id)).filter(({ type }) => type === 'message.received')
  expect(events.some(({ payload }) => 'message' in payload && payload.message.id === sent.id)).toBe(false)
})

capability(
  'Edit and delete what was posted in a channel',
  'PUT /api/messages/{messageId} · DELETE /api/messages/{messageId}',
  async () => {
    const done = async (method: string, messageId: string, body?: Record<string, unknown>) => {
      const { message } = (await w.call<{ message: Shown }>(method, `/api/messages/${messageId}`, body)).body
      await until('WhatsApp has it', async () => (await w.shown(id, message.id)).status === 'server')
    }
    const posted = async () =>
      (await w.call<{ posts: Json[] }>('GET', `${path}/${own}/posts`)).body.posts.map(({ text }) => text)
    const follower = (await w.line(BOB)).id
    const sent = await w.sends(id, { to: own, text: 'Rye, 2 €' })
    expect(await w.received(follower, sent.id)).toMatchObject({ text: 'Rye, 2 €' })

    await done('PUT', sent.id, { text: 'Rye, 3 €' })
    expect(await w.shown(id, sent.id)).toMatchObject({ text: 'Rye, 3 €', editedAt: expect.any(String) })
    expect(await w.atPhone(BOB, sent.id)).toMatchObject({ text: 'Rye, 3 €', edited: true, copies: 1 })
    await w.event(
      follower,
      'message.edited',
      ({ target, text }) => target.messageId === sent.id && text === 'Rye, 3 €',
    )
    expect(await w.shown(follower, sent.id)).toMatchObject({ text: 'Rye, 3 €', type: 'text' })
    expect((await posted()).at(-1)).toBe('Rye, 3 €')

    const image = await w.sends(id, { to: own, image: { base64: base64(sample.png), caption: 'Old' } })
    await done('PUT', image.id, { text: 'New' })
    expect(await w.atPhone(BOB, image.id)).toMatchObject({ type: 'image', text: 'New', edited: true })
    expect((await w.phones.media(BOB, image.id)).content).toEqual(sample.png)

    await done('DELETE', sent.id)
    await until('it is gone at the phone', async () => (await w.atPhone(BOB, sent.id)).type === 'deleted')
    await w.event(follower, 'message.deleted', ({ target }) => target.messageId === sent.id)
    for (const session of [id, follower])
      expect(await w.shown(session, sent.id)).toMatchObject({ deletedAt: expect.any(String) })
    expect((await w.shown(follower, sent.id)).text).toBeUndefined()
    expect((await posted()).at(-1)).toBe('New')
    await done('DELETE', image.id)
    const last = await w.call<{ posts: Json[] }>('GET', `${path}/${own}/posts?limit=1`)
    expect(last.body.posts).toMatchObject([{ type: 'audio', serverId: '3' }])
    const again = await w.call('DELETE', `/api/messages/${sent.id}?sessionId=${id}`)
    expect(again.body).toMatchObject({ code: 'MESSAGE_NOT_USABLE' })
  },
)

capability(
  'Hear that a post was edited or deleted',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    const read = async (post: string) => {
      const chat = `/api/sessions/${id}/chats/${news.id}/messages`
      const { messages } = (await w.call<{ messages: Shown[] }>('GET', chat)).body
      return messages.find((one) => one.id === post)
    }
    const post = await posts('Rain')
    await w.received(id, post)
    await w.phones.send(ANN, { to: news.id, edit: { id: post, text: 'Sun' } })
    const { payload } = await w.event(id, 'message.edited', ({ target }) => target.messageId === post)
    expect(payload).toMatchObject({ chatId: news.id, fromMe: false, text: 'Sun', target: { fromMe: false } })
    expect(await read(post)).toMatchObject({ text: 'Sun', editedAt: expect.any(String) })
    const { body } = await w.call<{ posts: Json[] }>('GET', `${path}/${news.id}/posts?limit=1`)
    expect(body.posts).toMatchObject([{ id: post, text: 'Sun', editedAt: expect.any(String) }])
    await w.phones.send(ANN, { to: news.id, deletion: { id: post } })
    await w.event(id, 'message.deleted', ({ target }) => target.messageId === post)
    expect(await read(post)).toMatchObject({ deletedAt: expect.any(String) })
    expect((await read(post))?.text).toBeUndefined()
    expect(
      (await w.events(id)).filter(
        ({ type, payload }) =>
          type === 'message.received' && 'message' in payload && payload.message.id === post,
      ),
    ).toHaveLength(1)
  },
)

capability(
  'Refuse what cannot be posted',
  'POST /api/messages {poll} · PUT /api/messages/{messageId}/pin · PUT /api/sessions/{sessionId}/messages/{messageId}/star',
  async () => {
    const post = await posts('Not yours')
    await w.received(id, post)
    for (const [method, call, body] of [
      ['PUT', `/api/messages/${post}/pin`, {}],
      ['PUT', `/api/sessions/${id}/messages/${post}/star`, undefined],
    ] as const)
      expect((await w.call(method, call, body)).body).toMatchObject({ code: 'MESSAGE_NOT_USABLE' })
    const edited = await w.call<{ message: Shown }>('PUT', `/api/messages/${post}`, { text: 'Mine' })
    await until(
      'WhatsApp has refused it',
      async () => (await w.shown(id, edited.body.message.id)).status === 'failed',
    )
    expect(await w.shown(id, edited.body.message.id)).toMatchObject({ reason: 'forbidden' })
    expect(await w.shown(id, post)).toMatchObject({ text: 'Not yours' })
    const answer = await w.call('POST', '/api/messages', {
      sessionId: id,
      to: own,
      text: 'Yes',
      replyTo: post,
    })
    expect(answer.body).toMatchObject({ code: 'VALIDATION_ERROR' })
    const poll = { question: 'Tea?', options: ['yes', 'no'] }
    const polled = await w.call('POST', '/api/messages', { sessionId: id, to: own, poll })
    expect(polled.body).toMatchObject({ code: 'VALIDATION_ERROR' })
    const { body } = await w.call<{ message: { id: string } }>('POST', '/api/messages?wait=server', {
      sessionId: id,
      to: news.id,
      text: 'Mine now',
    })
    expect(body.message).toMatchObject({ status: 'failed', reason: 'forbidden' })
  },
)

capability(
  'Change and delete a channel',
  'PATCH /api/sessions/{sessionId}/channels/{channelId} {name} · DELETE /api/sessions/{sessionId}/channels/{channelId}',
  async () => {
    await w.call('PATCH', `${path}/${own}`, { name: 'Corner shop' })
    expect((await w.phones.channel(own)).name).toBe('Corner shop')
    expect(await w.call('DELETE', `${path}/${news.id}`)).toMatchObject({ status: 404 })
    expect(await w.call('DELETE', `${path}/${own}`)).toMatchObject({ status: 200 })
    expect((await followed()).map((channel) => channel.id)).toEqual([news.id])
    expect(await w.phones.stats()).toMatchObject({ unknownQueries: {} })
  },
)
