/** What WhatsApp tells of posts in a channel: how often each was seen, and what it was given. */
import type { ChannelCounts } from '#core/contract/channel.ts'
import type { Stanza } from '../socket/index.ts'

/** Of a `<message>` that tells what has come of a post. */
export function countsIn({ attrs, content }: Stanza): ChannelCounts {
  const children = Array.isArray(content) ? content : []
  const [views] = children.filter(({ tag }) => tag === 'views_count')
  const given = children.find(({ tag }) => tag === 'reactions')?.content
  return {
    serverId: attrs.server_id ?? '',
    ...(attrs.id ? { id: attrs.id } : {}),
    ...(views ? { views: numberIn(views.attrs.count) } : {}),
    reactions: (Array.isArray(given) ? given : []).map(({ attrs: { code = '', count } }) => ({
      emoji: code,
      count: numberIn(count),
    })),
  }
}

const numberIn = (text: string | undefined): number => Number(text) || 0
