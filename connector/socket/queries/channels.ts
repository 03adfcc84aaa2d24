/**
 * Channels. WhatsApp answers most of it by GraphQL (`w:mex`), where a query is known by a number; the numbers are those of
 * Baileys, and for the list of followed channels that of whatsmeow, because Baileys cannot ask for it.
 */
import { type BinaryNode, QueryIds, S_WHATSAPP_NET, type WASocket, XWAPaths } from '@whiskeysockets/baileys'
import * as z from 'zod'
import type { ChannelInfo, ChannelPost } from '#core/contract/channel.ts'
import { iso } from '#core/platform/clock.ts'
import { ChannelMetadata, channelInfo } from '../../convert/channel-info.ts'
import { contentOf, unwrap } from '../../convert/content.ts'
import { countsIn } from '../../convert/counts.ts'
import { Refused } from '../errors.ts'
import { childOf, childrenOf } from '../nodes.ts'
import { editedAt, isDeleted } from '../post-changes.ts'
import type { Answers, Asked } from './index.ts'

const FOLLOWED = { id: '6388546374527196', path: 'xwa2_newsletter_subscribed' }

/** Whoever pages through posts takes an empty page for the end, so pages of deleted ones alone are passed over. */
const EMPTY_PAGES = 10

export const channelAnswers = ({ socket }: Asked): Answers => {
  const about = (channelId: string, query: QueryIds, path: XWAPaths) =>
    mex(socket, query, path, { newsletter_id: channelId })
  return {
    async 'channel.list'() {
      const found = await mex(socket, FOLLOWED.id, FOLLOWED.path, {})
      return { channels: z.array(z.unknown()).parse(found).flatMap(known) }
    },
    async 'channel.info'({ channelId, inviteCode }) {
      const input = channelId ? { key: channelId, type: 'JID' } : { key: inviteCode, type: 'INVITE' }
      const fetch = { fetch_creation_time: true, fetch_full_image: true, fetch_viewer_metadata: true }
      const path = XWAPaths.xwa2_newsletter_metadata
      return infoIn(await mex(socket, QueryIds.METADATA, path, { ...fetch, input }))
    },
    async 'channel.create'({ name, description = null }) {
      const input = { name, description }
      return infoIn(await mex(socket, QueryIds.CREATE, XWAPaths.xwa2_newsletter_create, { input }))
    },
    async 'channel.update'({ channelId, name, description }) {
      const updates = {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        settings: null,
      }
      const variables = { newsletter_id: channelId, updates }
      await mex(socket, QueryIds.UPDATE_METADATA, 'xwa2_newsletter_update', variables)
      return {}
    },
    async 'channel.delete'({ channelId }) {
      await about(channelId, QueryIds.DELETE, XWAPaths.xwa2_newsletter_delete_v2)
      return {}
    },
    async 'channel.follow'({ channelId, follow }) {
      if (follow) await about(channelId, QueryIds.FOLLOW, XWAPaths.xwa2_newsletter_join_v2)
      else await about(channelId, QueryIds.UNFOLLOW, XWAPaths.xwa2_newsletter_leave_v2)
      return {}
    },
    async 'channel.mute'({ channelId, muted }) {
      if (muted) await about(channelId, QueryIds.MUTE, XWAPaths.xwa2_newsletter_mute_v2)
      else await about(channelId, QueryIds.UNMUTE, XWAPaths.xwa2_newsletter_unmute_v2)
      return {}
    },
    async 'channel.posts'({ channelId, limit, before }) {
      for (let page = 0, place = before; page < EMPTY_PAGES; page++) {
        const attrs = {
          type: 'jid',
          jid: channelId,
          count: String(limit),
          ...(place ? { before: place } : {}),
        }
        const answer = await ask(socket, 'get', S_WHATSAPP_NET, { tag: 'messages', attrs })
        const posts = childrenOf(childOf(answer, 'messages'), 'message')
        const there = posts.filter((post) => !isDeleted(post))
        if (there.length > 0 || posts.length === 0) return { posts: there.map(postOf) }
        place = posts[0]?.attrs.server_id
      }
      return { posts: [] }
    },
    async 'channel.watch'({ channelId }) {
      const answer = await ask(socket, 'set', channelId, { tag: 'live_updates', attrs: {}, content: [] })
      return { seconds: Number(childOf(answer, 'live_updates')?.attrs.duration ?? 0) || 0 }
    },
    async 'channel.react'({ channelId, serverId, emoji }) {
      const attrs = {
        id: socket.generateMessageTag(),
        to: channelId,
        type: 'reaction',
        server_id: serverId,
        ...(emoji ? {} : { edit: TAKEN_BACK }),
      }
      const content = [{ tag: 'reaction', attrs: emoji ? { code: emoji } : ({} as Record<string, string>) }]
      const answer: BinaryNode | undefined = await socket.query({ tag: 'message', attrs, content })
      const error = answer?.attrs.error
      if (error) throw new Refused(`WhatsApp answered ${error}.`, Number(error))
      return {}
    },
  }
}

/** What `edit` says of a reaction that is withdrawn. */
const TAKEN_BACK = '7'

const ask = (socket: WASocket, type: 'get' | 'set', to: string, subject: BinaryNode): Promise<BinaryNode> =>
  socket.query({ tag: 'iq', attrs: { to, type, xmlns: 'newsletter' }, content: [subject] })

/** @throws Refused with the number of the first error */
async function mex(socket: WASocket, id: string, path: string, variables: object): Promise<unknown> {
  const content = Buffer.from(JSON.stringify({ variables }))
  const answer: BinaryNode = await socket.query({
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:mex' },
    content: [{ tag: 'query', attrs: { query_id: id }, content }],
  })
  const result = childOf(answer, 'result')?.content
  const { data, errors } = JSON.parse(String(result ?? '{}')) as {
    data?: Record<string, unknown> | null
    errors?: { message?: string; extensions?: { error_code?: number } }[]
  }
  const [error] = errors ?? []
  if (error) throw new Refused(error.message ?? 'WhatsApp has refused that.', error.extensions?.error_code)
  const given = data?.[path]
  if (given == null) throw new Refused('WhatsApp knows nothing of that.', 404)
  return given
}

/** One that WhatsApp says nothing of, because it is gone or suspended, is left out. */
function known(given: unknown): ChannelInfo[] {
  const { data } = ChannelMetadata.safeParse(given)
  return data ? [channelInfo(data)] : []
}
const infoIn = (given: unknown): ChannelInfo => channelInfo(ChannelMetadata.parse(given))

function postOf(node: BinaryNode): ChannelPost {
  const plain = childOf(node, 'plaintext')?.content
  const content = plain instanceof Uint8Array ? contentOf(unwrap(plain).message) : undefined
  const [at, edited] = [Number(node.attrs.t), editedAt(node)]
  return {
    ...countsIn(node),
    ...(at > 0 ? { timestamp: iso(at * 1_000) } : {}),
    ...(edited ? { editedAt: iso(edited) } : {}),
    ...(content ?? { type: 'unsupported' }),
  }
}
