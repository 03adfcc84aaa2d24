/** Live updates of a channel (a notification of the type `newsletter`) become an event: what has come of its posts. */
import type { Event } from '#core/contract/event.ts'
import type { Row, Stanza } from '../socket/index.ts'
import type { Context } from './context.ts'
import { countsIn } from './counts.ts'

export function channelEvents(
  { id, stanza }: Extract<Row, { kind: 'notification' }>,
  { session, now }: Context,
): Event[] {
  const { from: channelId } = stanza.attrs
  const posts = within(within([stanza], 'live_updates'), 'messages')
    .flatMap((messages) => within([messages], 'message'))
    .map(countsIn)
  if (!channelId || posts.length === 0) return []
  return [{ id, ...session, timestamp: now, type: 'channel.updated', payload: { channelId, posts } }]
}

const within = (stanzas: Stanza[], tag: string): Stanza[] =>
  stanzas.flatMap(({ content }) => (Array.isArray(content) ? content.filter((one) => one.tag === tag) : []))
