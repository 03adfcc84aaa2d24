/**
 * What WhatsApp tells of channels becomes events: live updates (a notification of the type `newsletter`), what has come of
 * posts; and what another device of ours does (type `mex`, read as whatsmeow's `handleMexNotification` does): that it
 * follows a channel, leaves it, or mutes it.
 */
import * as z from 'zod'
import type { Event } from '#core/contract/event.ts'
import type { Row, Stanza } from '../socket/index.ts'
import { childOf, childrenOf } from '../socket/nodes.ts'
import { ChannelMetadata, channelInfo, isOn } from './channel-info.ts'
import type { Context, Told } from './context.ts'
import { countsIn } from './counts.ts'

type Draft = Told<Extract<Event, { type: `channel.${string}` }>>

export function channelEvents(
  { id, stanza }: Extract<Row, { kind: 'notification' }>,
  { session, now }: Context,
): Event[] {
  const told = stanza.attrs.type === 'mex' ? done(stanza) : updated(stanza)
  return told ? [{ id, ...session, timestamp: now, ...told }] : []
}

function updated(stanza: Stanza): Draft | undefined {
  const { from: channelId } = stanza.attrs
  const posts = childrenOf(stanza, 'live_updates')
    .flatMap((updates) => childrenOf(updates, 'messages'))
    .flatMap((messages) => childrenOf(messages, 'message'))
    .map(countsIn)
  if (!channelId || posts.length === 0) return
  return { type: 'channel.updated', payload: { channelId, posts } }
}

const Done = z.object({
  data: z.object({
    xwa2_notify_newsletter_on_join: ChannelMetadata.nullish(),
    xwa2_notify_newsletter_on_leave: z.object({ id: z.string() }).nullish(),
    xwa2_notify_newsletter_on_mute_change: z.object({ id: z.string(), mute: z.string() }).nullish(),
  }),
})

/** @throws Error when it is not of the form that we know */
function done(stanza: Stanza): Draft | undefined {
  const update = childOf(stanza, 'update')
  if (!update?.content) return
  const { data } = Done.parse(JSON.parse(Buffer.from(update.content as Uint8Array).toString()))
  const joined = data.xwa2_notify_newsletter_on_join
  if (joined) return { type: 'channel.followed', payload: { channel: channelInfo(joined) } }
  const left = data.xwa2_notify_newsletter_on_leave
  if (left) return { type: 'channel.unfollowed', payload: { channelId: left.id } }
  const change = data.xwa2_notify_newsletter_on_mute_change
  return change
    ? { type: 'channel.muted', payload: { channelId: change.id, muted: isOn(change.mute) } }
    : undefined
}
