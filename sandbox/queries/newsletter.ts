/** The namespace `newsletter`: what was posted in a channel, what has come of it, and live updates for a while. */
import { countsNode, postNode } from '../channels/tell.ts'
import { node } from '../wire/nodes.ts'
import { type Query, reply, replyError } from './reply.ts'

const LIVE_SECONDS = '300'

export function newsletter(query: Query) {
  const { world, iq, subject } = query
  const { jid = iq.attrs.to ?? '', count = '50', before, after } = subject?.attrs ?? {}
  const channel = world.channels.find(jid)
  if (!channel) return replyError(query, 404)
  const wanted = channel.posts
    .filter(({ serverId }) => serverId < Number(before ?? Infinity) && serverId > Number(after ?? 0))
    .slice(-Number(count))
  if (subject?.tag === 'messages') return reply(query, node('messages', { jid }, wanted.map(postNode)))
  if (subject?.tag === 'message_updates')
    return reply(query, node('message_updates', {}, [node('messages', { jid }, wanted.map(countsNode))]))
  if (subject?.tag === 'live_updates') return reply(query, node('live_updates', { duration: LIVE_SECONDS }))
  world.stats.unknownQuery(`newsletter/${iq.attrs.type}/${subject?.tag}`)
  reply(query)
}
