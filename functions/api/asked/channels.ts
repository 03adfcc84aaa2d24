/** Channels: which there are, what is posted in them, and what one may do with one's own. Posting is sending a message. */
import * as z from 'zod'
import { ChannelInfo, ChannelPost } from '#core/contract/channel.ts'
import { chatIdOf, isChannel } from '#core/jid.ts'
import { Fault } from '#core/platform/fault.ts'
import { nextCursor, wholeNumber } from '../describe.ts'
import { pageOf, SHORT } from '../listing.ts'
import { Emoji } from '../messages/kinds.ts'
import { Line, Text } from '../messages/text.ts'
import { done } from './parameters.ts'
import { call } from './route.ts'

const tag = 'Channels'
const EXAMPLE = '120363041234567891@newsletter'
const LINK = 'https://whatsapp.com/channel/'

const channelParam = { channelId: z.string().meta({ description: 'The jid of a channel', example: EXAMPLE }) }
const postNumber = z.string().regex(/^\d{1,18}$/, 'must be the number of a post')
const postParam = {
  ...channelParam,
  serverId: postNumber.meta({ description: 'The number of the post in its channel', example: '104' }),
}
const Channel = ChannelInfo.extend({ link: z.string().optional() }).meta({ id: 'Channel' })
const channel = { channel: Channel }

const shown = (info: ChannelInfo): z.infer<typeof Channel> =>
  info.inviteCode ? { ...info, link: `${LINK}${info.inviteCode}` } : info

/** @throws Fault INVALID_RECIPIENT */
function channelOf(text: string): string {
  const id = chatIdOf(text)
  if (isChannel(id)) return id
  throw new Fault('INVALID_RECIPIENT', 'This needs the jid of a channel.')
}

/** What stands behind the last slash of a link, or the code itself. */
const INVITE = /^(?:https?:\/\/(?:www\.)?whatsapp\.com\/channel\/)?([\w-]{8,100})\/?$/

const list = call({
  method: 'get',
  path: '/channels',
  tag,
  summary: 'List the channels that are followed',
  query: SHORT.query,
  gives: { channels: z.array(Channel), ...SHORT.gives },
  async run({ ask }, { query }) {
    const { channels } = await ask('channel.list', {})
    const { items, nextCursor } = pageOf(channels, query, ({ id }) => [id])
    return { channels: items.map(shown), nextCursor }
  },
})

const create = call({
  method: 'post',
  path: '/channels',
  tag,
  summary: 'Create a channel',
  body: z
    .strictObject({ name: Line.max(100), description: Text.max(2_048).optional() })
    .meta({ id: 'NewChannel' }),
  example: { name: 'Corner shop', description: 'What is fresh today' },
  gives: channel,
  run: async ({ ask }, { body }) => ({ channel: shown(await ask('channel.create', body)) }),
})

const show = call({
  method: 'get',
  path: '/channels/{channelId}',
  tag,
  summary: 'Show a channel',
  params: {
    channelId: z.string().max(200).meta({
      description: 'The jid of a channel, or its invite link or the code in it',
      example: EXAMPLE,
    }),
  },
  gives: channel,
  async run({ ask }, { params }) {
    const [, inviteCode] = INVITE.exec(params.channelId) ?? []
    const asked = inviteCode ? { inviteCode } : { channelId: channelOf(params.channelId) }
    return { channel: shown(await ask('channel.info', asked)) }
  },
})

const change = call({
  method: 'patch',
  path: '/channels/{channelId}',
  tag,
  summary: 'Change the name or description of a channel of ours',
  params: channelParam,
  body: z
    .strictObject({ name: Line.max(100).optional(), description: z.string().max(2_048).optional() })
    .refine(
      ({ name, description }) => name !== undefined || description !== undefined,
      'must have a name or a description',
    )
    .meta({ id: 'ChannelChange' }),
  example: { description: 'What is fresh this week' },
  gives: done,
  run: ({ ask }, { params, body }) =>
    ask('channel.update', { channelId: channelOf(params.channelId), ...body }),
})

const remove = call({
  method: 'delete',
  path: '/channels/{channelId}',
  tag,
  summary: 'Delete a channel of ours',
  params: channelParam,
  gives: done,
  run: ({ ask }, { params }) => ask('channel.delete', { channelId: channelOf(params.channelId) }),
})

const following = (method: 'put' | 'delete', summary: string) =>
  call({
    method,
    path: '/channels/{channelId}/follow',
    tag,
    summary,
    params: channelParam,
    gives: done,
    run: ({ ask }, { params }) =>
      ask('channel.follow', { channelId: channelOf(params.channelId), follow: method === 'put' }),
  })

const muting = (method: 'put' | 'delete', summary: string) =>
  call({
    method,
    path: '/channels/{channelId}/mute',
    tag,
    summary,
    params: channelParam,
    gives: done,
    run: ({ ask }, { params }) =>
      ask('channel.mute', { channelId: channelOf(params.channelId), muted: method === 'put' }),
  })

const posts = call({
  method: 'get',
  path: '/channels/{channelId}/posts',
  tag,
  summary: 'List what was posted in a channel',
  description:
    'As WhatsApp has it, whether it is followed or not: the newest ones, oldest first. What was posted while it was followed is also in `chats/{channelId}/messages`, with its files.',
  params: channelParam,
  query: {
    limit: wholeNumber(1, 100).default(50).meta({ type: 'integer' }),
    before: postNumber.optional().meta({
      description: 'The number (`serverId`) of a post: only what was posted before it',
    }),
    cursor: postNumber.optional().meta({ description: 'The same as `before`' }),
  },
  gives: { posts: z.array(ChannelPost.meta({ id: 'ChannelPost' })), nextCursor },
  async run({ ask }, { params, query: { limit, before, cursor } }) {
    const channelId = channelOf(params.channelId)
    const { posts } = await ask('channel.posts', { channelId, limit, before: cursor ?? before })
    return { posts, nextCursor: posts.length < limit ? null : (posts[0]?.serverId ?? null) }
  },
})

const watch = call({
  method: 'post',
  path: '/channels/{channelId}/watch',
  tag,
  summary: 'Watch what comes of posts',
  description:
    'For `seconds` from now WhatsApp tells of every reaction and view: the event `channel.updated`. Ask again for longer.',
  params: channelParam,
  gives: { seconds: z.int() },
  run: ({ ask }, { params }) => ask('channel.watch', { channelId: channelOf(params.channelId) }),
})

const react = call({
  method: 'put',
  path: '/channels/{channelId}/posts/{serverId}/reaction',
  tag,
  summary: 'React to a post',
  params: postParam,
  body: z.strictObject({ emoji: Emoji.min(1) }).meta({ id: 'PostReaction' }),
  example: { emoji: '👍' },
  gives: done,
  run: ({ ask }, { params: { channelId, serverId }, body }) =>
    ask('channel.react', { channelId: channelOf(channelId), serverId, emoji: body.emoji }),
})

const takeBack = call({
  method: 'delete',
  path: '/channels/{channelId}/posts/{serverId}/reaction',
  tag,
  summary: 'Take a reaction to a post back',
  params: postParam,
  gives: done,
  run: ({ ask }, { params: { channelId, serverId } }) =>
    ask('channel.react', { channelId: channelOf(channelId), serverId, emoji: '' }),
})

export const channelCalls = [
  list,
  create,
  show,
  change,
  remove,
  following('put', 'Follow a channel'),
  following('delete', 'Unfollow a channel'),
  muting('put', 'Mute a channel'),
  muting('delete', 'Unmute a channel'),
  posts,
  watch,
  react,
  takeBack,
]
