/** What WhatsApp tells of posts in a channel: how often each was seen, and what it was given. */
import type { ChannelCounts } from '#core/contract/channel.ts'
import type { Stanza } from '../socket/index.ts'
import { childOf, childrenOf } from '../socket/nodes.ts'

/** Of a `<message>` that tells what has come of a post. */
export function countsIn(stanza: Stanza): ChannelCounts {
  const { attrs } = stanza
  const views = childOf(stanza, 'views_count')
  return {
    serverId: attrs.server_id ?? '',
    ...(attrs.id ? { id: attrs.id } : {}),
    ...(views ? { views: numberIn(views.attrs.count) } : {}),
    reactions: childrenOf(childOf(stanza, 'reactions')).map(({ attrs: { code = '', count } }) => ({
      emoji: code,
      count: numberIn(count),
    })),
  }
}

const numberIn = (text: string | undefined): number => Number(text) || 0
